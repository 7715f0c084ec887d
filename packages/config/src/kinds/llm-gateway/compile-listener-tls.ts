import type { LLMGateway } from '@fairlead/api'
import type { ListenerTlsSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

type Tls = NonNullable<LLMGateway['spec']['listeners'][number]['tls']>

/**
 * TLS of the first listener, which is the one that is served. A Secret that may not be used leaves a
 * gateway that serves no connection, rather than one whose connections anybody can read; those of
 * the others are only checked.
 */
export function compileListenerTls(
  { spec }: LLMGateway,
  findings: Findings,
): ListenerTlsSettings | undefined {
  const compiled = spec.listeners.map(
    ({ tls }, index) => tls && compileTls(tls, `spec.listeners[${index}].tls`, findings),
  )
  return compiled[0]
}

function compileTls(tls: Tls, path: string, findings: Findings): ListenerTlsSettings {
  const { certificateRef, clientCASecretRef, clientCertificates, minVersion } = tls
  const certificate = findings.secret(
    { ...certificateRef, key: 'tls.crt' },
    `${path}.certificateRef`,
  )
  const authorities =
    clientCASecretRef && findings.secret(clientCASecretRef, `${path}.clientCASecretRef`)
  return {
    certificate: certificate && { certificate, key: { ...certificate, key: 'tls.key' } },
    minVersion: minVersion === 'TLS1.3' ? 'TLSv1.3' : 'TLSv1.2',
    clients:
      clientCertificates === 'None'
        ? undefined
        : { authorities, required: clientCertificates === 'Required' },
  }
}
