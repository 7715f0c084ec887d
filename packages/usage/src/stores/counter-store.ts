import type { Claim, Counter, CounterView, RefusedClaim } from '../counters/counter.ts'

/** Who holds reservations and leases: one worker process. */
export interface Holder {
  /** Unique for every process that ever runs. */
  readonly id: string
}

/** What a holder wants to borrow of a counter. */
export interface Wish {
  readonly claim: Claim
  /** Borrowed in addition as far as it is free, so that the next calls need not ask. */
  readonly ahead: number
}

export type BorrowOutcome =
  | {
      readonly granted: true
      /** One per wish, like the other lists: what was lent, at least the claim's amount. */
      readonly lent: readonly number[]
      /** Where the claim counts: its `usedSlot` at that moment. */
      readonly slots: readonly number[]
      /** As they stand with it. */
      readonly views: readonly CounterView[]
    }
  | { readonly granted: false; readonly refused: readonly RefusedClaim[] }

/** What a holder reports of a counter. */
export interface Report {
  readonly counter: Counter
  /** Where it was used: the `usedSlot` of the moment at which it was reserved. */
  readonly slot: number
  /** Added to what is used there; a negative number takes back. */
  readonly used: number
  /** No longer held: what was used of what was lent, and what is given back. At least 0. */
  readonly released: number
  /** What no call holds of what is still lent; it would be given back if others want it. */
  readonly spare: number
}

/**
 * All counters, of one machine or one cluster. What is lent counts as taken, so that all holders
 * together never exceed a limit. What a holder has that neither borrows nor renews for the time of
 * its lease comes back, and is counted as unsettled. Methods reject with `CounterStoreUnavailable`.
 */
export interface CounterStore {
  /** The store's time in Unix milliseconds, as far as it is known here: windows go by it. */
  nowMs(): number
  /**
   * Lends for all wishes or none, in one step. What is claimed of `Requests` is not lent but used at
   * once. Where only what other holders have spare is missing, it is asked for first, for at most
   * `recallMs`.
   */
  borrow(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome>
  /**
   * In one step; each report is taken once, however often it is sent (`sequence` rises by one from 1
   * for every holder). A holder whose lease has expired may still report.
   */
  report(holder: Holder, sequence: number, reports: readonly Report[]): Promise<void>
  /**
   * The holder lives. Resolves with the keys of the counters of which others want what it has spare.
   */
  renew(holder: Holder): Promise<readonly string[]>
  /** Calls back when others want what this holder has spare; not all stores can. */
  onRecall?(holder: Holder, recalled: (keys: readonly string[]) => void): void
  view(counters: readonly Counter[]): Promise<readonly CounterView[]>
  close(): Promise<void>
}

/** How long what is lent stays lent without a sign of life of its holder. */
export const leaseMs = 30_000

/** How long other holders may take to give back what they have spare. */
export const recallMs = 100
