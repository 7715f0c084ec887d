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
  /** Of the Consumer, sorted and joined by commas. */
  readonly groups: string
}

export interface UsageEntry extends UsageDimensions, UsageSums {}

/** Which days, and whose. */
export interface UsageQuery {
  /** First and last day, inclusive, as `2026-01-31`. */
  readonly from: string
  readonly to: string
  /** Undefined: of all. */
  readonly tenant: string | undefined
  readonly consumer: string | undefined
  /** What the sums are told apart by; at least one. */
  readonly by: readonly (keyof UsageDimensions)[]
}

/** Usage of the last 400 days, of one machine or one cluster. */
export interface UsageLedger {
  /** Adds calls that have ended. Never throws; it is delivered as soon as the store can be reached. */
  note(entry: UsageEntry): void
  /**
   * Sums, each with the dimensions of `by` (others are empty), ordered by them; at most 10,000.
   * Rejects with `CounterStoreUnavailable`.
   */
  query(query: UsageQuery): Promise<readonly UsageEntry[]>
}
