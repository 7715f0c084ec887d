import type { Clock, Timer } from '@fairlead/base'

/** How often what came of an answer is written, at most. */
const intervalMs = 100
/**
 * Each flush takes the whole answer so far. A long one is flushed less often, so that the cost of
 * all flushes grows with the time that an answer takes, and not with the square of its length.
 */
const bytesPerMs = 640

/** Says when what came of an answer is to be written. */
export class FlushSchedule {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #flush: () => number
  #timer: Timer | undefined
  /** As many as the last flush took. */
  #bytes = 0
  #stopped = false

  /** `flush` writes it and returns how many bytes it is. */
  constructor(clock: Pick<Clock, 'setTimer'>, flush: () => number) {
    this.#clock = clock
    this.#flush = flush
  }

  /**
   * Something came. A timer rather than a check of the clock: when a stream stalls, all of it so far
   * must be written.
   */
  noteChange(): void {
    if (this.#stopped) return
    const delayMs = Math.max(intervalMs, this.#bytes / bytesPerMs)
    this.#timer ??= this.#clock.setTimer(delayMs, () => {
      this.#timer = undefined
      this.#bytes = this.#flush()
    })
  }

  /** Nothing more is written. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }
}
