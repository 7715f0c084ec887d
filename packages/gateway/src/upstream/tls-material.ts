import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { SecretKeyRef } from '@fairlead/snapshot'

/** Why connections cannot be secured as the configuration says. */
export interface TlsProblem {
  readonly reason: 'SecretKeyMissing' | 'SecretInvalid'
  /** Never contains a value. */
  readonly message: string
}

/**
 * Why the value of a Secret's key cannot be used; undefined if it can, or none is wanted. `check`
 * says what is wrong with a value, in words that follow the name of the Secret.
 */
export function secretProblem(
  ref: SecretKeyRef | undefined,
  value: string | undefined,
  check: (pem: string) => string | undefined,
): TlsProblem | undefined {
  if (ref === undefined) return undefined
  const secret = `${ref.namespace}/${ref.name}`
  if (value === undefined || value.trim() === '') {
    const message = `there is no Secret ${secret} with a key "${ref.key}"`
    return { reason: 'SecretKeyMissing', message }
  }
  const wrong = check(value)
  if (wrong === undefined) return undefined
  return { reason: 'SecretInvalid', message: `the key "${ref.key}" of Secret ${secret} ${wrong}` }
}

const certificateForm = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Why a text does not hold certificates as PEM; undefined if it does. Never repeats any of it. */
export function certificatesProblem(pem: string): string | undefined {
  const blocks = pem.match(certificateForm)
  if (blocks === null) return 'holds no certificate in PEM'
  return blocks.every((block) => certificateOf(block) !== undefined)
    ? undefined
    : 'holds a certificate that cannot be read'
}

/**
 * Why a text does not hold the key, as PEM, of the first of these certificates; undefined if it does.
 * Never repeats any of it.
 */
export function keyProblem(pem: string, certificates: string): string | undefined {
  const key = keyOf(pem)
  if (key === undefined) return 'holds no private key in PEM without a passphrase'
  const certificate = certificateOf(certificates.match(certificateForm)?.[0] ?? '')
  return certificate?.checkPrivateKey(key) === true
    ? undefined
    : 'holds a private key that does not belong to the certificate'
}

function certificateOf(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block)
  } catch {
    return undefined
  }
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
