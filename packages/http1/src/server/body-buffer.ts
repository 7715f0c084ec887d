/** The least that is allocated for a body of more than one piece, unless it is declared as less. */
const capacityMin = 16 * 1024

/**
 * Collects a body. One that comes in a single piece is not copied; the pieces of others are copied
 * together, so that many small ones take no more memory than their bytes.
 */
export class BodyBuffer {
  readonly #declaredBytes: number
  #bytes: Buffer = Buffer.alloc(0)
  #length = 0
  #isOwn = false

  /** `declaredBytes` is 0 if the length is not known before. */
  constructor(declaredBytes: number) {
    this.#declaredBytes = declaredBytes
  }

  get length(): number {
    return this.#length
  }

  push(piece: Buffer): void {
    const length = this.#length + piece.length
    if (this.#length === 0) {
      this.#bytes = piece
    } else {
      if (!this.#isOwn || length > this.#bytes.length) this.#grow(length)
      this.#bytes.set(piece, this.#length)
    }
    this.#length = length
  }

  /** What has been collected; then it is empty. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#bytes = Buffer.alloc(0)
    this.#length = 0
    this.#isOwn = false
    return bytes
  }

  #grow(length: number): void {
    const wanted = Math.max(2 * length, capacityMin)
    const capacity = this.#declaredBytes >= length ? Math.min(wanted, this.#declaredBytes) : wanted
    const bytes = Buffer.allocUnsafe(capacity)
    bytes.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = bytes
    this.#isOwn = true
  }
}
