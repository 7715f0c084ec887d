import type { RateLimiter } from './rate-limiter.ts'

/** The longest delay of several limiters, each of which counts every failure. */
export class MaxOfLimiter implements RateLimiter {
  readonly #limiters: readonly RateLimiter[]

  constructor(...limiters: readonly RateLimiter[]) {
    this.#limiters = limiters
  }

  when(key: string): number {
    return this.#longest((limiter) => limiter.when(key))
  }

  forget(key: string): void {
    for (const limiter of this.#limiters) limiter.forget(key)
  }

  retries(key: string): number {
    return this.#longest((limiter) => limiter.retries(key))
  }

  #longest(of: (limiter: RateLimiter) => number): number {
    return this.#limiters.reduce((longest, limiter) => Math.max(longest, of(limiter)), 0)
  }
}
