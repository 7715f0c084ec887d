import type { RateLimit } from './rate-limit.ts'

/** What a provider's response says beside its body, in no vendor's names. */
export interface AnswerDetails {
  /** The provider's own id of the call, which its support asks for. Undefined without one. */
  readonly requestId: string | undefined
  /** Whether the provider says that the same call is worth sending again; undefined if it does not. */
  readonly shouldRetry: boolean | undefined
  readonly rateLimits: readonly RateLimit[]
}
