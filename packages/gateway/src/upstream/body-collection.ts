import { isBlank } from './is-blank.ts'
import type { CollectedBody } from './exchange.ts'

/** The first buffer of a body of unknown length. */
const firstBytes = 4 * 1024

/** Collects a body in one buffer: of the declared length at once, otherwise one that grows. */
export class BodyCollection {
  readonly collected: Promise<CollectedBody>
  readonly #bytesMax: number
  readonly #onProgress: () => void
  #resolve: (body: CollectedBody) => void = () => {}
  #reject: (error: Error) => void = () => {}
  #buffer: Buffer
  #length = 0

  /** `declaredBytes` is a server's word: no more than `bytesMax` is reserved for it. */
  constructor(bytesMax: number, declaredBytes: number, onProgress: () => void) {
    this.#bytesMax = bytesMax
    this.#onProgress = onProgress
    this.#buffer = Buffer.allocUnsafe(
      declaredBytes > 0 && declaredBytes <= bytesMax ? declaredBytes : firstBytes,
    )
    this.collected = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Copies a piece. True when there are more bytes than wanted, which ends the collection. */
  push(piece: Buffer): boolean {
    if (!isBlank(piece)) this.#onProgress()
    const length = this.#length + piece.length
    if (length > this.#buffer.length) this.#grow(length)
    piece.copy(this.#buffer, this.#length)
    this.#length = length
    if (length <= this.#bytesMax) return false
    this.#resolve({ bytes: this.#bytes(), complete: false })
    return true
  }

  end(): void {
    this.#resolve({ bytes: this.#bytes(), complete: true })
  }

  fail(error: Error): void {
    this.#reject(error)
  }

  #bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Twice the size each time, so that all copies together cost linear time. */
  #grow(wanted: number): void {
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
