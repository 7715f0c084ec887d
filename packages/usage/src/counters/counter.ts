import type { UsageWindow } from '@fairlead/snapshot'

/** What a counter counts; nanodollars are 1e-9 US dollar. `Running` is what runs at the moment. */
export type Measure =
  'Requests' | 'TotalTokens' | 'InputTokens' | 'OutputTokens' | 'Nanodollars' | 'Running'

/** One limit for one subject. */
export interface Counter {
  /**
   * The same in every process: `policyNamespace/policyName/limit:measure/subject…`, at most 512 characters.
   * The amount of the limit is no part of it, so that raising it keeps what is used.
   */
  readonly key: string
  readonly measure: Measure
  /** A safe integer. */
  readonly limit: number
  /** Undefined for `Running`. */
  readonly window: UsageWindow | undefined
}

/** What a call wants of a counter. */
export interface Claim {
  readonly counter: Counter
  /** A safe integer, at least 0; the most that the call can use. */
  readonly amount: number
  /** Counted, and never refused. */
  readonly shadow: boolean
}

/** How a counter stands. */
export interface CounterView {
  readonly counter: Counter
  /** Settled in the present window. */
  readonly used: number
  /** Claimed by calls that run, and lent to workers. */
  readonly reserved: number
  /**
   * Came back in the present window because who held it died. What calls had really used of it is
   * not known, so that more than the limit may have been used, by this much at the most.
   */
  readonly unsettled: number
  /**
   * Unix milliseconds at which all of the present window is free again, if nothing else is used;
   * undefined for `Running`.
   */
  readonly resetsAtMs: number | undefined
}

/** Claims that were granted to one call; settled once. */
export interface Reservation {
  readonly claims: readonly Claim[]
  /** One per claim, as they stood after it. */
  readonly views: readonly CounterView[]
}

/** A claim that did not fit. */
export interface RefusedClaim {
  readonly claim: Claim
  readonly view: CounterView
  /**
   * Until it may fit, if nothing else is used; undefined for a claim that is greater than the limit.
   * Where only calls that run are in the way, a guess.
   */
  readonly retryAfterMs: number | undefined
}

export type ReserveOutcome =
  | { readonly granted: true; readonly reservation: Reservation }
  | { readonly granted: false; readonly refused: readonly RefusedClaim[] }

/** The store did not answer, or not in time. Its policies' `onStoreFailure` decides. */
export class CounterStoreUnavailable extends Error {
  override name = 'CounterStoreUnavailable'
}

/** What a worker counts with. */
export interface Counters {
  /**
   * Grants all claims or none. A promise only where a store has to be asked. Throws or rejects with
   * `CounterStoreUnavailable`.
   */
  reserve(claims: readonly Claim[]): ReserveOutcome | Promise<ReserveOutcome>
  /**
   * For a call that is made although the store does not answer: nothing is set aside, and what it uses
   * is counted when it is settled and the store is back.
   */
  uncounted(claims: readonly Claim[]): Reservation
  /**
   * The call has ended: `amounts`, one per claim, is what it really used, which may be more than it
   * claimed. Never throws; it is delivered as soon as the store can be reached, in order.
   */
  settle(reservation: Reservation, amounts: readonly number[]): void
  /** As they stand now, in the order of `counters`. Rejects with `CounterStoreUnavailable`. */
  view(counters: readonly Counter[]): Promise<readonly CounterView[]>
  /** Delivers what is settled, as far as the store can be reached, and gives back what is borrowed. */
  close(): Promise<void>
}
