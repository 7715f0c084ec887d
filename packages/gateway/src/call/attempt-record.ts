import type { FailureClass } from '@fairlead/llm'

/** How one attempt ended. `Aborted`: the call ended first, because its caller left or time was up. */
export type AttemptOutcome = 'Success' | 'Aborted' | FailureClass

/** The evidence of one attempt: what was asked, and how it ended. Holds no secret. */
export interface AttemptRecord {
  /** Name of the target within its rule; `namespace/name` of a default provider. */
  readonly target: string
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  /** OpenTelemetry's `gen_ai.provider.name` of its type. */
  readonly providerType: string
  /** The model requested from the provider. */
  readonly model: string
  /** Name of the credential in the LLMProvider; undefined without one. */
  readonly credential: string | undefined
  /** `Success` as soon as content has begun. */
  readonly outcome: AttemptOutcome
  /** HTTP status of the provider's response; undefined if none came. */
  readonly status: number | undefined
  /** The provider's own id of the call; undefined without one. */
  readonly providerRequestId: string | undefined
  /** Monotonic milliseconds. */
  readonly startedMs: number
  /** Milliseconds until the outcome was known. */
  readonly durationMs: number
  /** Why it failed, without any text of the provider's; undefined on success. */
  readonly reason: string | undefined
}

/** A target that was not asked, and why. */
export interface PassedOver {
  readonly target: string
  readonly provider: string
  readonly model: string
  readonly reason: string
  /** Whether the caller is not told of it, because it may not use it. */
  readonly hidden?: true
}
