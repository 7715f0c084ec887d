import { createPrivateKey, X509Certificate } from 'node:crypto'

import type { KeyAndCertificate } from '@fairlead/pki'

/** What is kept of the certificates of a webhook server. Everything in it is PEM. */
export interface StoredCertificates {
  /** What the server shows, and its key. */
  readonly serving: KeyAndCertificate
  /** The authority that signs. */
  readonly authority: KeyAndCertificate
  /** The authority that will sign next: trusted already, so that the change goes unnoticed. */
  readonly next?: KeyAndCertificate
  /** Authorities that have signed before and are trusted until they expire. */
  readonly earlier: readonly string[]
}

/** The same where nothing is certain: parts may be missing. */
export type FoundCertificates = Partial<StoredCertificates>

const keys = {
  servingCertificate: 'tls.crt',
  servingKey: 'tls.key',
  bundle: 'ca.crt',
  authorityKey: 'ca.key',
  nextCertificate: 'next-ca.crt',
  nextKey: 'next-ca.key',
} as const

/** All authorities to trust, as one text: that which signs, the next one, the earlier ones. */
export function bundleOf({ authority, next, earlier }: StoredCertificates): string {
  return [authority.certificate, ...(next === undefined ? [] : [next.certificate]), ...earlier]
    .map((pem) => `${pem.trim()}\n`)
    .join('')
}

/** The certificates as data of a Secret, in base64. */
export function secretDataOf(stored: StoredCertificates): Record<string, string> {
  const { serving, authority, next } = stored
  const texts = {
    [keys.servingCertificate]: serving.certificate,
    [keys.servingKey]: serving.privateKey,
    [keys.bundle]: bundleOf(stored),
    [keys.authorityKey]: authority.privateKey,
    ...(next === undefined
      ? {}
      : { [keys.nextCertificate]: next.certificate, [keys.nextKey]: next.privateKey }),
  }
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  )
}

/**
 * What the data of a Secret holds. A part that is missing, half-written, or whose key is another's is
 * left out.
 */
export function certificatesIn(data: Readonly<Record<string, string>>): FoundCertificates {
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8')
  const serving = pairOf(text(keys.servingCertificate), text(keys.servingKey))
  const [first = '', ...others] = certificatesOf(text(keys.bundle))
  const authority = pairOf(first, text(keys.authorityKey))
  const next = pairOf(text(keys.nextCertificate), text(keys.nextKey))
  return {
    ...(serving === undefined ? {} : { serving }),
    ...(authority === undefined ? {} : { authority }),
    ...(next === undefined ? {} : { next }),
    // If its key is lost, an authority is still trusted: something signed by it may be shown.
    earlier: (authority === undefined && first !== '' ? [first, ...others] : others).filter(
      (pem) => pem.trim() !== next?.certificate.trim(),
    ),
  }
}

/** The certificates in a text of one or more; those that cannot be read are left out. */
function certificatesOf(bundle: string): string[] {
  const found = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return found.filter((pem) => parsed(pem) !== undefined).map((pem) => `${pem}\n`)
}

function pairOf(certificate: string, privateKey: string): KeyAndCertificate | undefined {
  try {
    const belongs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))
    return belongs ? { certificate, privateKey } : undefined
  } catch {
    return undefined
  }
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
