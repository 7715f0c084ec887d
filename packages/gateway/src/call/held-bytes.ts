/** What was reserved, until it is given back. */
export interface HeldBytesReservation {
  /** Gives back what turned out not to be needed. */
  shrinkTo(bytes: number): void
  /** Gives back the rest; further calls do nothing. */
  release(): void
}

/**
 * The bytes of request bodies that this process holds: a bound for all calls together, because each
 * of them alone is only bounded by its own limit.
 */
export class HeldBytes {
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** Undefined if there would be more than `bytesMax` in all. */
  reserve(bytes: number, bytesMax: number): HeldBytesReservation | undefined {
    if (this.#bytes + bytes > bytesMax) return undefined
    this.#bytes += bytes
    let held = bytes
    const shrinkTo = (wanted: number) => {
      const kept = Math.min(wanted, held)
      this.#bytes -= held - kept
      held = kept
    }
    return { shrinkTo, release: () => shrinkTo(0) }
  }
}
