/** Calls that have ended, added up. Numbers are safe integers. */
export interface UsageSums {
  readonly calls: number
  readonly failedCalls: number
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly nanodollars: number
  /** Calls with usage whose price is not known: they are no part of `nanodollars`. */
  readonly unpricedCalls: number
  /** Milliseconds that calls took which were answered: those that have not failed. */
  readonly durationMs: number
  /** The sum of their squares, for how much they differ. */
  readonly durationSquares: number
  /** Calls that their callers have rated. */
  readonly ratings: number
  /** The sum of the ratings, in thousandths: each is from 0 to 1. */
  readonly ratingThousandths: number
  /** The sum of the squares of the ratings, each in thousandths. */
  readonly ratingSquares: number
}

/** What usage is told apart by. Empty where a call has none. */
export interface UsageDimensions {
  /** In UTC, as `2026-01-31`. */
  readonly day: string
  /** The tenant of the caller, `namespace/name` and UID; empty for anonymous callers. */
  readonly tenant: string
  /** `namespace/name` of the Consumer. */
  readonly consumer: string
  /** As the caller named it; `other` for one that the configuration does not spell out. */
  readonly model: string
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  /** `namespace/name@version` of the PromptTemplate. */
  readonly prompt: string
  /** Of the Consumer, as `joinedGroups` writes them. */
  readonly groups: string
}

export interface UsageEntry extends UsageDimensions, UsageSums {}

/** Which days, and whose. What is undefined leaves the choice open. */
export interface UsageQuery {
  /** First and last day, inclusive, as `2026-01-31`; at most `ledgerDays` apart. */
  readonly from: string
  readonly to: string
  readonly tenant: string | undefined
  /** `namespace/name`. */
  readonly consumer: string | undefined
  /** Of the Consumer. */
  readonly namespace: string | undefined
  /** One of the caller's groups. */
  readonly group: string | undefined
  /** What the sums are told apart by; may be empty. */
  readonly by: readonly (keyof UsageDimensions)[]
}

export interface UsageAnswer {
  /** Sums, each with the dimensions of `by` (others are empty), ordered by them. */
  readonly entries: readonly UsageEntry[]
  /** Of all, also of those that `entries` leaves out. */
  readonly total: UsageSums
  /** There are more than `usageEntriesMax`, which are left out. */
  readonly isCut: boolean
}

/** When a key was used last, to the hour. */
export interface KeyUse {
  /** Of its Consumer, as in `UsageDimensions`. */
  readonly tenant: string
  /** Its name in the Consumer. */
  readonly key: string
  /** Unix milliseconds at which the hour began. */
  readonly hourMs: number
}

/** A call that has ended, and whose caller may say what it thinks of the answer. */
export interface RateableCall extends UsageDimensions {
  readonly requestId: string
  /** Unix milliseconds. */
  readonly endedAtMs: number
}

/** What a caller thinks of the answer of one of its calls. */
export interface Rating {
  readonly requestId: string
  /** Of the caller. */
  readonly tenant: string
  /** From 0 to 1000. */
  readonly thousandths: number
  /** Unix milliseconds. */
  readonly atMs: number
}

/** A call that has been rated. */
export interface RatedCall {
  /** `namespace/name@version`. */
  readonly prompt: string
  /** The call was rated before, and this rating has taken the place of the earlier one. */
  readonly isReplaced: boolean
}

/** For how long a call can be rated after its end. */
export const rateableMs = 24 * 3_600_000

/** How many calls are remembered at most for that time, by one machine or cluster; the oldest go first. */
export const rateableCallsMax = 100_000

/** How many days are kept, the present one included. */
export const ledgerDays = 400

/** How many sums an answer has at most. */
export const usageEntriesMax = 10_000

/** Usage of the last `ledgerDays` days, of one machine or one cluster. */
export interface UsageLedger {
  /** Adds calls that have ended. Never throws; it is delivered as soon as the store can be reached. */
  note(entry: UsageEntry): void
  /** The same for the last use of a key: a later hour replaces an earlier one. */
  noteKeyUse(use: KeyUse): void
  /** Remembers a call, so that it can be rated. Never throws; it is delivered like an entry. */
  noteRateable(call: RateableCall): void
  /**
   * Adds a rating to the usage that its call was noted with, in the place of an earlier one. Undefined
   * for a call that is not remembered, or that another tenant made. Rejects with
   * `CounterStoreUnavailable`.
   */
  rate(rating: Rating): Promise<RatedCall | undefined>
  /** Includes what this process has noted. Rejects with `CounterStoreUnavailable`. */
  query(query: UsageQuery): Promise<UsageAnswer>
  /** Of the keys of a tenant, in the order of their names. Rejects with `CounterStoreUnavailable`. */
  keyUses(tenant: string): Promise<readonly KeyUse[]>
}
