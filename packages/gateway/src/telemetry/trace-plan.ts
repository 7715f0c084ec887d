import type { SecretKeyRef, TelemetrySettings } from '@fairlead/snapshot'
import type { SecretSource } from '../sources/sources.ts'
import type { Sampling } from './sampling.ts'

/** What the environment of the process says of tracing. */
export interface TelemetryEnvironment {
  /** Nothing is recorded, whatever the configuration says. */
  readonly isDisabled: boolean
  /** Where spans are sent if the LLMGateway names no endpoint; undefined: nowhere. */
  readonly tracesURL: string | undefined
  /** Headers for that endpoint. They may hold keys. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What is traced: `service.name` and others. */
  readonly resource: Readonly<Record<string, string>>
  readonly sampling: Sampling
}

/** How calls are traced under one configuration. */
export interface TracePlan {
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Whether the endpoint may have a private address. */
  readonly allowPrivate: boolean
  readonly sampling: Sampling
  readonly semconv: TelemetrySettings['semconv']
  readonly content: boolean
}

const off = { plan: undefined, missing: [] }

/** A Secret's key that has no value, without which nothing can be sent. */
export interface MissingHeader {
  readonly header: string
  readonly secret: SecretKeyRef
}

/**
 * How calls are traced; without a plan they are not, and the headers that are missing may be the
 * reason. The LLMGateway's endpoint wins over the environment's, and gets none of its headers.
 */
export function tracePlan(
  { semconv, traces }: TelemetrySettings,
  allowPrivateNetworks: boolean,
  environment: TelemetryEnvironment,
  secrets: Pick<SecretSource, 'get'>,
): { readonly plan: TracePlan | undefined; readonly missing: readonly MissingHeader[] } {
  const { otlp, samplePercent, content } = traces
  if (environment.isDisabled) return off
  const sampling =
    samplePercent === undefined
      ? environment.sampling
      : { isParentBased: true, ratio: samplePercent / 100 }
  if (otlp === undefined) {
    const { tracesURL: url, headers } = environment
    if (url === undefined) return off
    // Who starts the process may send its spans to the machine itself.
    const plan = { url, headers, allowPrivate: true, sampling, semconv, content }
    return { plan, missing: [] }
  }
  const missing: MissingHeader[] = []
  const headers = otlp.headers.flatMap(({ name, secret }) => {
    const value = secrets.get(secret)?.trim() ?? ''
    if (value === '') missing.push({ header: name, secret })
    return value === '' ? [] : [[name, value] as const]
  })
  if (missing.length > 0) return { plan: undefined, missing }
  const url = `${otlp.endpoint}/v1/traces`
  const allowPrivate = allowPrivateNetworks
  return { plan: { url, headers, allowPrivate, sampling, semconv, content }, missing }
}

/** Whether both send the same spans to the same place, so that what sends them can stay. */
export function sendsAlike(left: TracePlan | undefined, right: TracePlan): boolean {
  return (
    left !== undefined &&
    left.url === right.url &&
    left.allowPrivate === right.allowPrivate &&
    JSON.stringify(left.headers) === JSON.stringify(right.headers)
  )
}
