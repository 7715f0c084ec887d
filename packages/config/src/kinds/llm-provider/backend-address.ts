import type { LLMProvider } from '@fairlead/api'
import type { EndpointPoolSettings, ProviderTypeCapability } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import { hasOpenParts } from './preset-address.ts'

/** Where servers in clusters serve a type that has no version path of its own. */
const usualPath = '/v1'

/**
 * Where the backend of `spec.backendRef` is called, with the path of the preset's address or of the
 * type: a Service by its name, whose existence only DNS knows. The host of an InferencePool names it
 * and is not resolved. Empty for one that may not or cannot be used.
 */
export function backendAddress(
  { spec }: LLMProvider,
  { versionPath }: ProviderTypeCapability,
  findings: Findings,
  preset: string | undefined,
  pool: EndpointPoolSettings | undefined,
): string {
  const { backendRef } = spec
  if (backendRef === undefined) return ''
  const path =
    preset === undefined || hasOpenParts(preset)
      ? (versionPath ?? usualPath)
      : new URL(preset).pathname
  const host =
    backendRef.kind === 'InferencePool'
      ? pool && `${pool.name}.${pool.namespace}.inferencepool`
      : serviceHost(backendRef, findings)
  if (host === undefined) return ''
  const { origin } = new URL(`${spec.tls === undefined ? 'http' : 'https'}://${host}`)
  return origin + path.replace(/\/+$/, '')
}

function serviceHost(
  backendRef: NonNullable<LLMProvider['spec']['backendRef']>,
  findings: Findings,
): string | undefined {
  const { group, kind, port } = backendRef
  if (group !== '') {
    findings.reject(`spec.backendRef: a Service has the empty group, and not ${group}`)
    return undefined
  }
  if (port === undefined) {
    findings.reject('spec.backendRef.port: a Service needs its port')
    return undefined
  }
  const service = findings.backend({ group, kind }, backendRef, 'spec.backendRef')
  return service && `${service.name}.${service.namespace}.svc:${port}`
}
