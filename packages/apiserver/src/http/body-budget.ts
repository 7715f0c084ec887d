/** What all request bodies that are being read or handled may take together. */
const bodiesBytesMax = 256 * 1024 * 1024

/** The bytes of request bodies in memory; each is at most 3 MiB, but there can be a thousand. */
export class BodyBudget {
  readonly #max: number
  #bytes = 0

  constructor(max = bodiesBytesMax) {
    this.#max = max
  }

  /** Whether there was room for them. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#max) return false
    this.#bytes += bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes
  }
}
