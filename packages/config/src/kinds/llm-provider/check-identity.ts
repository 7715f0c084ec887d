import type { LLMProvider } from '@fairlead/api'
import type { ProviderTypeCapability } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/**
 * Refuses a provider that would get a token of the gateway's own identity and is not, beyond doubt, of
 * the cloud that the token is for: whoever may write a provider must not be able to have it sent to
 * himself.
 */
export function checkIdentity(
  { spec }: LLMProvider,
  { identityHosts, type }: ProviderTypeCapability,
  address: string,
  findings: Findings,
): void {
  if (spec.authentication.source !== 'WorkloadIdentity') return
  if (identityHosts === undefined) {
    findings.reject(`spec.authentication.source: type ${type} knows no WorkloadIdentity`)
    return
  }
  const { hostname, protocol } = URL.parse(address) ?? { hostname: '', protocol: '' }
  const isOfCloud = protocol === 'https:' && identityHosts.some((end) => isWithin(hostname, end))
  if (address !== '' && !isOfCloud) {
    findings.reject(
      `spec.authentication.source: with WorkloadIdentity the address must be https and end in ${identityHosts.join(', ')}, so that the identity is shown to its cloud only`,
    )
  }
  if (spec.tls?.caSecretRef !== undefined || spec.tls?.serverName !== undefined) {
    findings.reject(
      'spec.tls: with authentication.source WorkloadIdentity neither caSecretRef nor serverName can be given; add authorities for the whole gateway with NODE_EXTRA_CA_CERTS',
    )
  }
}

/** Whether a host is one below the domain, or the domain itself. */
function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
