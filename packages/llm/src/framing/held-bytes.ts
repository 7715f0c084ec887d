const noBytes = Buffer.alloc(0)

/**
 * Bytes that wait for the rest of what they belong to. Copies each byte a bounded number of times,
 * however small the pieces are in which they arrive, and holds no more memory than twice their size.
 */
export class HeldBytes {
  #store: Buffer = noBytes
  #length = 0

  get length(): number {
    return this.#length
  }

  append(piece: Buffer): void {
    const length = this.#length + piece.length
    if (this.#length === 0) {
      this.#store = piece
    } else {
      if (length > this.#store.length) {
        const grown = Buffer.allocUnsafe(Math.max(length, 2 * this.#length))
        this.#store.copy(grown, 0, 0, this.#length)
        this.#store = grown
      }
      piece.copy(this.#store, this.#length)
    }
    this.#length = length
  }

  /** What is held, which stays held. */
  bytes(): Buffer {
    return this.#store.subarray(0, this.#length)
  }

  /** What was held; afterwards nothing is. */
  take(): Buffer {
    const bytes = this.bytes()
    this.#store = noBytes
    this.#length = 0
    return bytes
  }
}
