import type { BodyLength } from './body-length.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'

/** Takes the bytes of one body, whatever its framing, and knows where it ends. */
export class BodyReader {
  readonly #decoder: ChunkedDecoder | undefined
  readonly #untilClose: boolean
  #left: number
  #complete: boolean

  constructor(length: BodyLength) {
    this.#decoder = length === 'chunked' ? new ChunkedDecoder() : undefined
    this.#untilClose = length === 'until-close'
    this.#left = typeof length === 'number' ? length : 0
    this.#complete = length === 0
  }

  /** Whether all of the body has come. One that ends with its connection is never complete before. */
  get complete(): boolean {
    return this.#complete
  }

  /** Whether the end of the connection is the end of the body. */
  get endsWithConnection(): boolean {
    return this.#untilClose
  }

  /**
   * Takes a piece and passes on the data in it. Gives how many bytes of the piece belong to the
   * body. Throws MessageError for a malformed body.
   */
  push(piece: Buffer, onData: (data: Buffer) => void): number {
    if (this.#decoder !== undefined) {
      const used = this.#decoder.push(piece, onData)
      this.#complete = used !== -1
      return this.#complete ? used : piece.length
    }
    if (this.#untilClose) {
      onData(piece)
      return piece.length
    }
    const used = Math.min(this.#left, piece.length)
    this.#left -= used
    this.#complete = this.#left === 0
    if (used > 0) onData(used === piece.length ? piece : piece.subarray(0, used))
    return used
  }
}
