import type { LLMProvider } from '@fairlead/api'
import type { ProviderTypeCapability } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { hasOpenParts } from './preset-address.ts'

/** Where servers in clusters serve a type that has no version path of its own. */
const usualPath = '/v1'

/**
 * Where the Service of `spec.backendRef` is called, with the path of the preset's address or of the
 * type. Whether it exists only DNS knows, which resolves its name. Empty for one that may not or cannot be used.
 */
export function backendAddress(
  { spec }: LLMProvider,
  { versionPath }: ProviderTypeCapability,
  findings: Findings,
  preset: string | undefined,
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
  const path =
    preset === undefined || hasOpenParts(preset)
      ? (versionPath ?? usualPath)
      : new URL(preset).pathname
  const scheme = spec.tls === undefined ? 'http' : 'https'
  const origin = new URL(`${scheme}://${service.name}.${service.namespace}.svc:${backendRef.port}`)
  return origin.origin + path.replace(/\/+$/, '')
}
