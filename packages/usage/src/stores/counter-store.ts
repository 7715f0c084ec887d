import type { Claim, Counter, CounterView, RefusedClaim } from '../counters/counter.ts'

/** Who holds reservations and leases: one worker process. */
export interface Holder {
  /** Unique for every process that ever runs. */
  readonly id: string
}

/** What a holder wants to borrow of a counter. */
export interface Wish {
  readonly claim: Claim
  /** Borrowed in addition if it is free, so that the next calls need not ask. */
  readonly ahead: number
}

export type BorrowOutcome =
  /** One per wish: what was lent, at least the claim's amount. */
  | {
      readonly granted: true
      readonly lent: readonly number[]
      readonly views: readonly CounterView[]
    }
  | { readonly granted: false; readonly refused: readonly RefusedClaim[] }

/** What a holder reports of a counter. */
export interface Report {
  readonly counter: Counter
  /** Used since the last report, and no longer held. */
  readonly used: number
  /** Given back unused. */
  readonly returned: number
}

/**
 * All counters, of one machine or one cluster. What is lent counts as taken, so that all holders
 * together never exceed a limit. What a holder has that reports nothing for the time of its lease
 * comes back, and is counted as unsettled. Methods reject with `CounterStoreUnavailable`.
 */
export interface CounterStore {
  /** Lends for all wishes or none, in one step. */
  borrow(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome>
  /** In one step; each report is taken once, however often it is sent (`sequence` rises by one). */
  report(holder: Holder, sequence: number, reports: readonly Report[]): Promise<void>
  /**
   * The holder lives. Resolves with the counters of which others want what it does not use.
   */
  renew(holder: Holder): Promise<readonly string[]>
  view(counters: readonly Counter[]): Promise<readonly CounterView[]>
  close(): Promise<void>
}
