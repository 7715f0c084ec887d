import type { Clock } from '@fairlead/base'

export interface BackoffOptions {
  /** First delay. Defaults to 800 ms. */
  readonly baseMs?: number
  /** Longest delay before jitter. Defaults to 30 s. */
  readonly maxMs?: number
  /** Time without a failure after which the delays are reset. Defaults to 2 min. */
  readonly resetAfterMs?: number
}

/**
 * The delays between attempts of a watch: 800 ms doubling to 30 s, each extended by a random jitter
 * of up to 100 %, so that many clients do not reconnect at once. The values are client-go's.
 */
export class Backoff {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #baseMs: number
  readonly #maxMs: number
  readonly #resetAfterMs: number
  #step = 0
  #lastMs = -Infinity

  constructor(clock: Clock, random: () => number, options: BackoffOptions = {}) {
    this.#clock = clock
    this.#random = random
    this.#baseMs = options.baseMs ?? 800
    this.#maxMs = options.maxMs ?? 30_000
    this.#resetAfterMs = options.resetAfterMs ?? 120_000
  }

  /** The delay before the next attempt, in milliseconds. */
  next(): number {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#lastMs > this.#resetAfterMs) this.#step = 0
    const delayMs = Math.min(this.#baseMs * 2 ** this.#step, this.#maxMs)
    this.#step += 1
    const jitteredMs = delayMs * (1 + this.#random())
    this.#lastMs = nowMs + jitteredMs
    return jitteredMs
  }
}
