import type { TlsOptions } from '@fairlead/http1'
import type { LLMProviderSettings, SecretKeyRef } from '@fairlead/snapshot'
import type { SecretSource } from '../sources/sources.ts'
import {
  certificatesProblem,
  keyProblem,
  secretProblem,
  type TlsProblem,
} from '../upstream/tls-material.ts'

/** The values of the Secrets that secure a provider's connections; undefined where there is none. */
export interface TlsValues {
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
  /** Of the authorities that an endpoint picker's certificate is verified by. */
  readonly pickerCa: string | undefined
}

export function readTlsValues(
  { endpointPool, tls }: LLMProviderSettings,
  secrets: SecretSource,
): TlsValues {
  const valueOf = (ref: SecretKeyRef | undefined) => (ref ? secrets.get(ref) : undefined)
  return {
    ca: valueOf(tls?.ca),
    certificate: valueOf(tls?.clientCertificate?.certificate),
    key: valueOf(tls?.clientCertificate?.key),
    pickerCa: valueOf(endpointPool?.picker.ca),
  }
}

export function sameTlsValues(left: TlsValues, right: TlsValues): boolean {
  return (
    left.ca === right.ca &&
    left.certificate === right.certificate &&
    left.key === right.key &&
    left.pickerCa === right.pickerCa
  )
}

/**
 * How a provider's connections are secured, or why they cannot be: what a Secret does not hold is
 * never replaced by a default, which would trust others or show no certificate.
 */
export function tlsOptionsOf(
  { endpointPool, tls }: LLMProviderSettings,
  { ca, certificate, key, pickerCa }: TlsValues,
): { readonly options: TlsOptions | undefined } | { readonly problem: TlsProblem } {
  const ofPicker = secretProblem(endpointPool?.picker.ca, pickerCa, certificatesProblem)
  if (ofPicker !== undefined) return { problem: ofPicker }
  if (tls === undefined) return { options: undefined }
  const { clientCertificate, serverName } = tls
  const problem =
    secretProblem(tls.ca, ca, certificatesProblem) ??
    secretProblem(clientCertificate?.certificate, certificate, certificatesProblem) ??
    secretProblem(clientCertificate?.key, key, (pem) => keyProblem(pem, certificate ?? ''))
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
