import type { LLMProvider } from '@fairlead/api'
import type { ProviderTypeCapability } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/** Where servers in clusters serve a type that has no version path of its own. */
const usualPath = '/v1'

/**
 * Where the Service of `spec.backendRef` is called, with the path of the preset or type. Whether it
 * exists only DNS knows, which resolves its name. Empty for one that may not or cannot be used.
 */
export function backendAddress(
  { spec }: LLMProvider,
  { versionPath, presets }: ProviderTypeCapability,
  findings: Findings,
): string {
  const { backendRef } = spec
  if (backendRef === undefined) return ''
  if (backendRef.kind !== 'Service' || backendRef.group !== '') {
    findings.reject(
      `spec.backendRef: kind ${backendRef.kind} is not served by this version; name a Service, or give the address in spec.baseURL`,
    )
    return ''
  }
  if (backendRef.port === undefined) {
    findings.reject('spec.backendRef.port: a Service needs its port')
    return ''
  }
  const service = findings.service(backendRef, 'spec.backendRef')
  if (service === undefined) return ''
  const preset = presets.get(spec.preset ?? '')
  if (preset === undefined && spec.preset !== undefined && presets.size > 0) {
    findings.reject(
      `spec.preset: ${JSON.stringify(spec.preset)} is not known; leave it out or give one of ` +
        [...presets.keys()].join(', '),
    )
  }
  const path = preset === undefined ? (versionPath ?? usualPath) : new URL(preset).pathname
  const scheme = spec.tls === undefined ? 'http' : 'https'
  const origin = new URL(`${scheme}://${service.name}.${service.namespace}.svc:${backendRef.port}`)
  return origin.origin + path.replace(/\/+$/, '')
}
