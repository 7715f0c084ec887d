import type { TlsOptions } from '@fairlead/http1'
import type { LLMProviderSettings, SecretKeyRef } from '@fairlead/snapshot'
import type { SecretSource } from '../sources/sources.ts'
import { certificatesProblem, keyProblem } from '../upstream/tls-material.ts'

/** The values of the Secrets that secure a provider's connections; undefined where there is none. */
export interface TlsValues {
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
}

/** Why a provider's connections cannot be secured as it says. */
export interface TlsProblem {
  readonly reason: 'SecretKeyMissing' | 'SecretInvalid'
  readonly message: string
}

export function readTlsValues({ tls }: LLMProviderSettings, secrets: SecretSource): TlsValues {
  const valueOf = (ref: SecretKeyRef | undefined) => (ref ? secrets.get(ref) : undefined)
  return {
    ca: valueOf(tls?.ca),
    certificate: valueOf(tls?.clientCertificate?.certificate),
    key: valueOf(tls?.clientCertificate?.key),
  }
}

export function sameTlsValues(left: TlsValues, right: TlsValues): boolean {
  return left.ca === right.ca && left.certificate === right.certificate && left.key === right.key
}

/**
 * How a provider's connections are secured, or why they cannot be: what a Secret does not hold is
 * never replaced by a default, which would trust others or show no certificate.
 */
export function tlsOptionsOf(
  { tls }: LLMProviderSettings,
  { ca, certificate, key }: TlsValues,
): { readonly options: TlsOptions | undefined } | { readonly problem: TlsProblem } {
  if (tls === undefined) return { options: undefined }
  const { clientCertificate, serverName } = tls
  const problem =
    problemOf(tls.ca, ca, certificatesProblem) ??
    problemOf(clientCertificate?.certificate, certificate, certificatesProblem) ??
    problemOf(clientCertificate?.key, key, (pem) => keyProblem(pem, certificate ?? ''))
  if (problem !== undefined) return { problem }
  return {
    options: {
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { serverName }),
    },
  }
}

function problemOf(
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
