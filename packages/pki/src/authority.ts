import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto'

import { issueCertificate, type CertificateIssuer, type CertificateRequest } from './certificate.ts'
import type { KeyAndCertificate } from './key-and-certificate.ts'

/** When a certificate is valid. */
export type Validity = Pick<CertificateRequest, 'notBefore' | 'notAfter'>

/** Whose certificate, and for what. */
export type LeafRequest = Pick<CertificateRequest, 'subject' | 'hosts'> & {
  readonly usage: 'server' | 'client'
}

/** A new authority, signed by itself, with a key of the curve P-256. */
export function createAuthority(commonName: string, validity: Validity): KeyAndCertificate {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = { commonName }
  return withKey(keys.privateKey, {
    certificate: issueCertificate(
      { subject, usage: 'authority', publicKey: keys.publicKey, ...validity },
      { subject, ...keys },
    ),
  })
}

/** A new certificate and its key (P-256), signed by the authority. */
export function createLeaf(
  request: LeafRequest & Validity,
  issuer: CertificateIssuer,
): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return withKey(privateKey, { certificate: issueCertificate({ ...request, publicKey }, issuer) })
}

/** The authority as what signs; one of `createAuthority`, whose name is a common name only. */
export function issuerOf({ certificate, privateKey }: KeyAndCertificate): CertificateIssuer {
  const key = createPrivateKey(privateKey)
  const { subject } = new X509Certificate(certificate)
  const commonName = /^CN=(.*)$/m.exec(subject)?.[1]
  if (commonName === undefined) {
    throw new Error(`the authority's certificate has no common name: ${subject}`)
  }
  return { subject: { commonName }, publicKey: createPublicKey(key), privateKey: key }
}

function withKey(
  privateKey: KeyObject,
  pair: Pick<KeyAndCertificate, 'certificate'>,
): KeyAndCertificate {
  return { ...pair, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
