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
  /** Includes what this process has noted. Rejects with `CounterStoreUnavailable`. */
  query(query: UsageQuery): Promise<UsageAnswer>
  /** Of the keys of a tenant, in the order of their names. Rejects with `CounterStoreUnavailable`. */
  keyUses(tenant: string): Promise<readonly KeyUse[]>
}
