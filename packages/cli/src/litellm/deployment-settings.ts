import { providerHeaderProblem } from '@fairlead/api'
import { type ConfigSection, variableIn } from './config-section.ts'
import { durationOf } from './go-duration.ts'
import { type ProviderDefaults, streamTimeoutOf } from './provider-defaults.ts'
import type { ProviderSpec } from './provider-draft.ts'

/** Fairlead's own limit of a whole attempt: a longer timeout has to be said. */
const totalDefaultSeconds = 600

/** Names of headers that carry keys, whatever the schema takes them for. */
const secretName = /key|token|secret|auth|password|credential|cookie/i

/** `headers`; those that carry keys, or may, are told and left out: everybody can read an LLMProvider. */
export function headersOf(params: ConfigSection): { name: string; value: string }[] {
  const all = [...params.section('extra_headers').entries(), ...params.section('headers').entries()]
  return all.flatMap(([name, value]) => {
    const text = value.scalar()
    if (text === undefined) return []
    const problem =
      providerHeaderProblem({ name, value: text }) ??
      (secretName.test(name) || variableIn(text) !== undefined
        ? 'it may be a key, and everybody who may read the LLMProvider would see it: if it is none, write it into spec.headers by hand'
        : undefined)
    if (problem === undefined) return [{ name, value: text }]
    value.note('lost', problem)
    return []
  })
}

/** `timeouts`: those of the deployment, else those of all. */
export function timeoutsOf(
  params: ConfigSection,
  defaults: ProviderDefaults,
): ProviderSpec['timeouts'] {
  const timeout = params.number('timeout') ?? defaults.timeout
  const stream = streamTimeoutOf(params.take('stream_timeout')) ?? defaults.streamTimeout
  if (timeout === undefined && stream === undefined) return undefined
  const firstByte = durationOf(timeout)
  const idle = durationOf(stream ?? timeout)
  const total = (timeout ?? 0) > totalDefaultSeconds ? firstByte : undefined
  return {
    ...(firstByte === undefined ? {} : { firstByte }),
    ...(idle === undefined ? {} : { idle }),
    ...(total === undefined ? {} : { total }),
  }
}

/** `limits`; undefined if nothing is limited. */
export function limitsOf(
  params: ConfigSection,
  requestsPerMinute: number | undefined,
  tokensPerMinute: number | undefined,
  defaults: ProviderDefaults,
): ProviderSpec['limits'] {
  const maxConcurrent = params.count('max_parallel_requests') ?? defaults.maxParallelRequests
  if ((requestsPerMinute ?? tokensPerMinute ?? maxConcurrent) === undefined) return undefined
  return {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
  }
}

/** `parameters.unsupported`: dropping is the default here, and an error is LiteLLM's. */
export function parametersOf(
  params: ConfigSection,
  { dropParams }: ProviderDefaults,
): 'Error' | undefined {
  return (params.boolean('drop_params') ?? dropParams) === false ? 'Error' : undefined
}
