import type { Claim, Counter, CounterView, RefusedClaim } from './counter.ts'

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

/** How long what is lent stays lent without a sign of life of its holder. */
export const leaseMs = 30_000

/** How long other holders may take to give back what they have spare. */
export const recallMs = 100
