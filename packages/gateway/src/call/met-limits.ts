import type { RateLimit } from '@fairlead/llm'

/** A limit that a call did not fit into. Amounts are calls, tokens, or US dollars as a decimal. */
export interface MetLimit {
  /** `namespace/name/limit` of the UsagePolicy, or `LLMProvider/namespace/name/limit`. */
  readonly limit: string
  readonly amount: string
  readonly used: string
  /** Set aside for calls that run. */
  readonly reserved: string
  /** What the call wanted. */
  readonly wanted: string
  /** Milliseconds until it may fit; undefined where it never does, or only running calls are in the way. */
  readonly retryAfterMs: number | undefined
}

/** What limits have done to one call. */
export interface MetLimits {
  /** The tightest ones, as headers tell them. */
  rateLimits: readonly RateLimit[]
  /** Those that refused it, the one that is told in front. */
  refused: readonly MetLimit[]
  /** Those that would have, if their policies were in force. */
  shadowRefused: readonly MetLimit[]
  /** Milliseconds that it waited for room. */
  queuedMs: number | undefined
  /** The model that it was asked for, where another was called because of a limit. */
  routedInsteadOf: string | undefined
}

/** For a call that has met none yet. */
export function noLimitsMet(): MetLimits {
  return {
    rateLimits: [],
    refused: [],
    shadowRefused: [],
    queuedMs: undefined,
    routedInsteadOf: undefined,
  }
}
