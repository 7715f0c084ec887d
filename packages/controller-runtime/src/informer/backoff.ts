import type { Clock, Random } from '@fairlead/base'

export interface BackoffOptions {
  /** First delay. Defaults to 800 ms. */
  readonly baseMs?: number
  /** Longest delay before jitter. Defaults to 30 s. */
  readonly maxMs?: number
  /** Time without a failure after which delays start at `baseMs` again. Defaults to 2 min. */
  readonly resetAfterMs?: number
}

/**
 * The delays between attempts of a watch: 800 ms doubling to 30 s, each lengthened at random by up
 * to its own length, so that clients do not reconnect in step. The values are client-go's.
 */
export class Backoff {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #random: Random
  readonly #baseMs: number
  readonly #maxMs: number
  readonly #resetAfterMs: number
  #step = 0
  #lastMs = -Infinity

  constructor(clock: Pick<Clock, 'monotonicMs'>, random: Random, options: BackoffOptions = {}) {
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
