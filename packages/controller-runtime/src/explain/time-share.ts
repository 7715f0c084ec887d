import type { Clock } from '@fairlead/base'

/** What part of the time may be spent. */
const share = 0.01
/** What may be spent at once after a pause. */
const burstMs = 5

/** Does optional work as long as it takes no more than a hundredth of the time. */
export class TimeShare {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #atMs: number
  #leftMs = burstMs

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
    this.#atMs = clock.monotonicMs()
  }

  /** The result of the work, or undefined if there is no time for it. */
  spend<T>(work: () => T): T | undefined {
    const startMs = this.#clock.monotonicMs()
    this.#leftMs = Math.min(burstMs, this.#leftMs + (startMs - this.#atMs) * share)
    this.#atMs = startMs
    if (this.#leftMs <= 0) return undefined
    const result = work()
    this.#leftMs -= this.#clock.monotonicMs() - startMs
    return result
  }
}
