import type { Caller } from '../access/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** How a limit stands that is about all calls of a caller. */
export interface CallerLimit {
  /** `namespace/name`. */
  readonly policy: string
  /** Name of the limit in the policy. */
  readonly limit: string
  /** Whose calls count together; empty for those of everybody. */
  readonly subject: string
  readonly measure:
    'requests' | 'total_tokens' | 'input_tokens' | 'output_tokens' | 'cost_usd' | 'running_calls'
  /** As decimals: calls, tokens or US dollars. */
  readonly used: string
  /** Set aside for running calls. */
  readonly reserved: string
  readonly amount: string
  /** Unix milliseconds at which the window begins anew; undefined for running calls. */
  readonly resetsAtMs: number | undefined
}

/** Tells callers how their limits stand. */
export interface CallerLimits {
  /**
   * The limits that refuse calls of a caller whatever it asks for; at most `callerLimitsMax`. Rejects
   * with `CounterStoreUnavailable`.
   */
  of(caller: Caller, runtime: Runtime): Promise<readonly CallerLimit[]>
}

export const callerLimitsMax = 100
