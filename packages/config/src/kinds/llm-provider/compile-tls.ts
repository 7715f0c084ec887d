import type { LLMProvider } from '@fairlead/api'
import type { TlsSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/**
 * `spec.tls`; undefined without it, and if a Secret of it may not be used: such a provider is not
 * usable, because other certificates would be trusted or none shown.
 */
export function compileTls({ spec }: LLMProvider, findings: Findings): TlsSettings | undefined {
  if (spec.tls === undefined) return undefined
  const { caSecretRef, clientCertificateSecretRef, serverName } = spec.tls
  const ca = caSecretRef && findings.secret(caSecretRef, 'spec.tls.caSecretRef')
  const clientCertificate =
    clientCertificateSecretRef && clientCertificateOf(clientCertificateSecretRef, findings)
  const lostCa = caSecretRef !== undefined && ca === undefined
  const lostCertificate =
    clientCertificateSecretRef !== undefined && clientCertificate === undefined
  return lostCa || lostCertificate ? undefined : { ca, clientCertificate, serverName }
}

function clientCertificateOf(
  reference: { readonly name: string; readonly namespace?: string },
  findings: Findings,
): TlsSettings['clientCertificate'] {
  const path = 'spec.tls.clientCertificateSecretRef'
  const certificate = findings.secret({ ...reference, key: 'tls.crt' }, path)
  return certificate && { certificate, key: { ...certificate, key: 'tls.key' } }
}
