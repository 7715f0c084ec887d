import { PickerFailure } from './picker-failure.ts'

/** Whether it is compressed, and the length of the message. */
const prefixBytes = 5

/** A message as gRPC sends it over HTTP/2. */
export function grpcFrame(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(prefixBytes + message.length)
  frame[0] = 0
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, prefixBytes)
  return frame
}

/** Cuts what comes over HTTP/2 into messages of at most `messageBytesMax`. */
export class GrpcFrameReader {
  readonly #messageBytesMax: number
  readonly #chunks: Buffer[] = []
  #length = 0
  /** Bytes of the next frame, once its prefix has come. */
  #wanted: number | undefined

  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax
  }

  /** The messages that end in this chunk. Throws PickerFailure for one that is too long or compressed. */
  push(chunk: Buffer): readonly Buffer[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    const messages: Buffer[] = []
    for (;;) {
      this.#wanted ??= this.#lengthOfFrame()
      if (this.#wanted === undefined || this.#length < this.#wanted) return messages
      messages.push(this.#take(this.#wanted).subarray(prefixBytes))
      this.#wanted = undefined
    }
  }

  #lengthOfFrame(): number | undefined {
    if (this.#length < prefixBytes) return undefined
    const prefix = this.#joined()
    if (prefix[0] !== 0) {
      throw new PickerFailure(
        'InvalidAnswer',
        'it sent a compressed message, and none was asked for',
      )
    }
    const length = prefix.readUInt32BE(1)
    if (length > this.#messageBytesMax) {
      throw new PickerFailure(
        'InvalidAnswer',
        `it sent a message of ${length} bytes, and at most ${this.#messageBytesMax} are read`,
      )
    }
    return prefixBytes + length
  }

  #take(length: number): Buffer {
    const bytes = this.#joined()
    const rest = bytes.subarray(length)
    this.#chunks.length = 0
    if (rest.length > 0) this.#chunks.push(rest)
    this.#length = rest.length
    return bytes.subarray(0, length)
  }

  /** Once per frame that has come, so that the cost stays linear. */
  #joined(): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && this.#chunks.length === 1) return first
    const joined = Buffer.concat(this.#chunks, this.#length)
    this.#chunks.length = 0
    this.#chunks.push(joined)
    return joined
  }
}
