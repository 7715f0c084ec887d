import { LLMProvider } from '@fairlead/api'
import type { EndpointPoolSettings, ProviderTypeCapability } from '@fairlead/snapshot'
import { blockDefaults } from '../../judging/block-defaults.ts'
import type { Findings } from '../../judging/findings.ts'

/** The group of InferencePools. */
const group = 'inference.networking.k8s.io'
const pickerDefaults = blockDefaults(LLMProvider, 'endpointPicker')

/**
 * The InferencePool of `spec.backendRef`; undefined without one, and for one that may not be used.
 * Whether it exists only replicas know, which alone read it.
 */
export function compileEndpointPool(
  { spec }: LLMProvider,
  { identityHosts, type }: ProviderTypeCapability,
  findings: Findings,
): EndpointPoolSettings | undefined {
  const { backendRef, endpointPicker = pickerDefaults, proxyURL } = spec
  if (backendRef?.kind !== 'InferencePool') return undefined
  if (backendRef.group !== group) {
    findings.reject(`spec.backendRef.group: an InferencePool has the group ${group}`)
    return undefined
  }
  if (proxyURL !== undefined) {
    findings.reject('spec.proxyURL: the pods of an InferencePool are called without a proxy')
  }
  if (identityHosts !== undefined) {
    findings.reject(`spec.backendRef: type ${type} is a cloud, which no InferencePool serves`)
  }
  const { caSecretRef, timeout, tls } = endpointPicker
  const pool = findings.backend(backendRef, backendRef, 'spec.backendRef')
  const ca = caSecretRef && findings.secret(caSecretRef, 'spec.endpointPicker.caSecretRef')
  const timeoutMs = findings.durationWithin(timeout, 'spec.endpointPicker.timeout', ['1ms', '10m'])
  if (pool === undefined || (caSecretRef !== undefined && ca === undefined)) return undefined
  return { ...pool, picker: { tls, ca, timeoutMs } }
}
