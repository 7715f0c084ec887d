import { generateKeyPairSync, sign } from 'node:crypto'

import * as der from '../der.ts'

/** A certificate signing request (PEM) and its private key (PEM), of the curve P-256. */
export function makeSigningRequest(
  commonName: string,
  organizations: readonly string[] = [],
  dnsNames: readonly string[] = [],
): { readonly request: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const attribute = (type: string, value: string): Buffer =>
    der.setOfOne(der.sequence(der.objectIdentifier(type), der.utf8String(value)))
  const info = der.sequence(
    der.unsignedInteger(Buffer.of(0)),
    der.sequence(
      ...organizations.map((name) => attribute('2.5.4.10', name)),
      attribute('2.5.4.3', commonName),
    ),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.tagged(0, extensionRequest(dnsNames), 'constructed'),
  )
  const algorithm = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'))
  const signature = der.bitString(sign('sha256', info, privateKey))
  const body = der.sequence(info, algorithm, signature).toString('base64')
  return {
    request: `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function extensionRequest(dnsNames: readonly string[]): Buffer {
  if (dnsNames.length === 0) return Buffer.of()
  const names = der.sequence(
    ...dnsNames.map((name) => der.tagged(2, Buffer.from(name), 'primitive')),
  )
  const extension = der.sequence(der.objectIdentifier('2.5.29.17'), der.octetString(names))
  return der.sequence(
    der.objectIdentifier('1.2.840.113549.1.9.14'),
    der.setOfOne(der.sequence(extension)),
  )
}
