/** How a counter stands; amounts are calls, tokens, or US dollars as a decimal. */
export interface ReportedCounter {
  /** The UsagePolicy, as `namespace/name`. */
  readonly policy: string
  /** Name of the limit; `concurrency` for running calls. */
  readonly limit: string
  /** Whose counter it is; empty for all calls. At most 512 characters. */
  readonly subject: string
  readonly used: string
  /** Set aside for running calls, and lent to workers. */
  readonly reserved: string
  readonly amount: string
  /** What holders that died had not settled: at most by so much can the limit have been exceeded. */
  readonly overshoot: string
  /** What calls that run in this process may use beyond what is set aside for them; absent for none. */
  readonly runningOvershoot?: string
  /** Unix milliseconds at which the window begins anew; undefined for running calls. */
  readonly resetsAtMs: number | undefined
}

/** The store of the counters, as this replica sees it. */
export interface ReportedStateStore {
  /** Equal for all replicas that share it, and for no others: they report the same counters. */
  readonly name: string
  readonly available: boolean
  /** Why it does not answer, in words for a person; never contains a credential. */
  readonly message: string
}
