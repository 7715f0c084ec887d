/** Decides how long to delay a key that failed. Implementations count failures per key. */
export interface RateLimiter {
  /** Counts another failure of the key and returns how long to wait, in milliseconds. */
  when(key: string): number
  /** The key succeeded: resets its failure count. */
  forget(key: string): void
  /** Number of failures of the key since it was last forgotten. */
  retries(key: string): number
}

export interface ExponentialBackoffOptions {
  /** Delay after the first failure. Defaults to 5 ms. */
  readonly baseMs?: number
  /** Longest delay. Defaults to 1000 s. */
  readonly maxMs?: number
}

/** `base · 2^failures` per key, capped: the limiter of controller-runtime's priority queue. */
export class ExponentialBackoff implements RateLimiter {
  readonly #baseMs: number
  readonly #maxMs: number
  readonly #failures = new Map<string, number>()

  constructor({ baseMs = 5, maxMs = 1_000_000 }: ExponentialBackoffOptions = {}) {
    this.#baseMs = baseMs
    this.#maxMs = maxMs
  }

  when(key: string): number {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    return Math.min(this.#baseMs * 2 ** failures, this.#maxMs)
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  retries(key: string): number {
    return this.#failures.get(key) ?? 0
  }
}
