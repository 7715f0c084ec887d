/** What the paced load generator is asked to do. */
export interface PacedLoadRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent in turn. */
  readonly bodies: readonly string[]
  readonly pace: Pace
  /** Calls of this time at the beginning are made, but count for nothing but `sent`. */
  readonly warmUpSeconds: number
  /** How long calls are sent after that; ends earlier when the pace says so. */
  readonly seconds: number
}

/**
 * A fixed rate, at which calls are sent whatever becomes of those before; or so many connections of
 * which each sends its next call when the last was answered, until so many calls were sent.
 */
type Pace =
  | { readonly requestsPerSecond: number }
  | { readonly connections: number; readonly requestsMax: number }

/** What it found. Times are in milliseconds. */
export interface PacedLoadResult {
  /** All calls, also those of the warm-up and those that failed. */
  readonly sent: number
  /** Calls that were answered with 200, to the end, without those of the warm-up. */
  readonly answered: number
  /** Calls with another answer or none, also of the warm-up. */
  readonly failures: number
  /** From the first call to the last answer, warm-up included. */
  readonly seconds: number
  /**
   * From the moment at which a call was due, not that at which it was sent, until the last byte of
   * its answer.
   */
  readonly latency: Percentiles
  /** From the moment at which a call was due until it was sent: the generator's own delay. */
  readonly lateness: Percentiles
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}
