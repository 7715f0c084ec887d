/** What is assumed before the first turn has ended. */
const firstMeanMs = 2000

/** The weight of the newest turn. */
const weight = 1 / 8

const secondsMax = 60

/** How long turns take, learnt from those that have ended. */
export class HoldTimes {
  #meanMs = firstMeanMs

  note(ms: number): void {
    this.#meanMs += (ms - this.#meanMs) * weight
  }

  /**
   * When the place of a turn that has run for `heldMs` may be free, with `before` calls to come
   * first: what is left of the mean, or as long again as it has already run. Whole seconds, 1 to 60.
   */
  retryAfterSeconds(heldMs: number, before: number): number {
    const restMs = heldMs < this.#meanMs ? this.#meanMs - heldMs : heldMs
    const seconds = Math.ceil((restMs + before * this.#meanMs) / 1000)
    return Math.min(Math.max(seconds, 1), secondsMax)
  }
}
