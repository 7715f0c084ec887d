/** The least that is allocated for a body of more than one piece, unless it is declared as less. */
const capacityMin = 16 * 1024

/**
 * Collects a body. One that comes in a single piece is not copied; the pieces of others are copied
 * together, so that many small ones take no more memory than their bytes.
 */
export class BodyBuffer {
  readonly #declaredBytes: number
  #bytes: Buffer | undefined
  #length = 0

  /** `declaredBytes` is 0 if the length is not known before. */
  constructor(declaredBytes: number) {
    this.#declaredBytes = declaredBytes
  }

  get length(): number {
    return this.#length
  }

  push(piece: Buffer): void {
    if (this.#bytes === undefined) {
      this.#bytes = piece
      this.#length = piece.length
      return
    }
    const length = this.#length + piece.length
    // The first piece is full, so that nothing is ever written into it.
    const bytes = length > this.#bytes.length ? this.#grown(this.#bytes, length) : this.#bytes
    bytes.set(piece, this.#length)
    this.#bytes = bytes
    this.#length = length
  }

  /** What has been collected; then it is empty. */
  take(): Buffer {
    const bytes = this.#bytes?.subarray(0, this.#length) ?? Buffer.alloc(0)
    this.#bytes = undefined
    this.#length = 0
    return bytes
  }

  #grown(before: Buffer, length: number): Buffer {
    const wanted = Math.max(2 * length, capacityMin)
    const capacity = this.#declaredBytes >= length ? Math.min(wanted, this.#declaredBytes) : wanted
    const bytes = Buffer.allocUnsafe(capacity)
    bytes.set(before.subarray(0, this.#length))
    return bytes
  }
}
