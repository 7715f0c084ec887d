import type { RateLimiter } from './rate-limiter.ts'

export interface FastSlowLimiterOptions {
  readonly fastMs: number
  readonly slowMs: number
  /** How many failures of a key are followed by `fastMs`. */
  readonly fastTries: number
}

/** A short delay for the first failures of a key, a long one for all others. */
export class FastSlowLimiter implements RateLimiter {
  readonly #options: FastSlowLimiterOptions
  readonly #failures = new Map<string, number>()

  constructor(options: FastSlowLimiterOptions) {
    this.#options = options
  }

  when(key: string): number {
    const failures = this.retries(key) + 1
    this.#failures.set(key, failures)
    const { fastMs, slowMs, fastTries } = this.#options
    return failures <= fastTries ? fastMs : slowMs
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  retries(key: string): number {
    return this.#failures.get(key) ?? 0
  }
}
