/** How fast an average forgets, and how fast it counts as lower while it is not renewed. */
const decayMs = 30_000
/** Least weight of the newest measurement, when many come in a short time. */
const newestWeightMin = 0.1
/** How long the first call to something unmeasured keeps others away. */
const trialMs = 30_000

/**
 * A decaying average of latencies, for choosing what is fast. What is not chosen is not measured:
 * its latency is taken for ever lower until it is chosen again, and then at once for what it was, so
 * that one call finds out, not all of them. Times are monotonic milliseconds.
 */
export class LatencyAverage {
  #averageMs: number | undefined
  #measuredMs = 0
  #chosenMs: number | undefined

  /** A call that needs this latency was sent. */
  chosen(nowMs: number): void {
    this.#chosenMs = nowMs
  }

  note(latencyMs: number, nowMs: number): void {
    const before = this.#averageMs ?? latencyMs
    const forgotten = 1 - Math.exp((this.#measuredMs - nowMs) / decayMs)
    this.#averageMs = before + (latencyMs - before) * Math.max(newestWeightMin, forgotten)
    this.#measuredMs = nowMs
  }

  /**
   * Milliseconds to choose by. Undefined if nothing is known, and Infinity while the call that will
   * tell is under way.
   */
  at(nowMs: number): number | undefined {
    const chosenMs = this.#chosenMs ?? -Infinity
    if (this.#averageMs === undefined) return nowMs - chosenMs < trialMs ? Infinity : undefined
    const unusedMs = nowMs - Math.max(this.#measuredMs, chosenMs)
    return this.#averageMs * Math.exp(-unusedMs / decayMs)
  }

  /** The average as measured, without the decay; undefined if nothing is known. */
  get measured(): number | undefined {
    return this.#averageMs
  }
}
