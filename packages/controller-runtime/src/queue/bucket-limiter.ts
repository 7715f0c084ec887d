import type { Clock } from '@fairlead/base'
import type { RateLimiter } from './rate-limiter.ts'

export interface BucketLimiterOptions {
  readonly clock: Clock
  /** Retries per second in the long run. Defaults to 10. */
  readonly perSecond?: number
  /** Retries that may come at once. Defaults to 100. */
  readonly burst?: number
}

/**
 * One bucket of tokens for all keys: a retry takes a token, or waits for the one that is reserved
 * for it. Combine it with a limiter per key by `MaxOfLimiter`.
 */
export class BucketLimiter implements RateLimiter {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #burst: number
  /** Below zero: reserved ahead of time. */
  #tokens: number
  #atMs: number

  constructor({ clock, perSecond = 10, burst = 100 }: BucketLimiterOptions) {
    if (!(perSecond > 0)) throw new RangeError(`perSecond is ${perSecond}: it must be above 0`)
    if (!(burst >= 1)) throw new RangeError(`burst is ${burst}: it must be 1 or more`)
    this.#clock = clock
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#atMs = clock.monotonicMs()
  }

  when(): number {
    const nowMs = this.#clock.monotonicMs()
    const refilled = this.#tokens + (nowMs - this.#atMs) * this.#perMs
    this.#tokens = Math.min(this.#burst, refilled) - 1
    this.#atMs = nowMs
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs
  }

  /** A token that was taken is gone, whatever became of the key. */
  forget(): void {}

  /** Always 0: it counts no failures. */
  retries(): number {
    return 0
  }
}
