/** What a replica is told to do. */
export type Order =
  /** The next reconcile computes this long without a pause, between its read and its write. */
  | { readonly type: 'compute'; readonly ms: number }
  /** The wall clock is set forward, or back, by this much. */
  | { readonly type: 'step'; readonly ms: number }
  | { readonly type: 'stop' }

/** What a replica tells of itself. */
export type Told = { readonly type: 'leading' } | { readonly type: 'computed' }

/** Short, so that a round takes seconds; a Lease counts in whole seconds. */
export const timing = {
  leaseDurationMs: 2000,
  renewDeadlineMs: 1200,
  retryPeriodMs: 300,
  blockedLimitMs: 3500,
} as const

export const namespace = 'default'
export const counterName = 'counter'
