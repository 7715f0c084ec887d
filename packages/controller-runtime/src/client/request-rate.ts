/** How many requests a client sends at most. */
export interface RequestRateOptions {
  /** Requests per second over time. */
  readonly qps: number
  /** Requests that may be sent at once after a pause. */
  readonly burst: number
}

/** Spaces requests so that they keep to a rate. */
export class RequestRate {
  readonly #intervalMs: number
  readonly #burstMs: number
  /** When the next request would be due if all were sent evenly. */
  #dueMs = -Infinity

  constructor({ qps, burst }: RequestRateOptions) {
    if (!(qps > 0) || !(burst >= 1)) {
      throw new RangeError('a rate limit needs a qps above 0 and a burst of at least 1')
    }
    this.#intervalMs = 1000 / qps
    this.#burstMs = (burst - 1) * this.#intervalMs
  }

  /** Takes the next place and says how long to wait for it, by a monotonic clock. */
  reserve(nowMs: number): number {
    const dueMs = Math.max(this.#dueMs, nowMs)
    this.#dueMs = dueMs + this.#intervalMs
    return Math.max(0, dueMs - this.#burstMs - nowMs)
  }
}
