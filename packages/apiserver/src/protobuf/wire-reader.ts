import { BodyError } from '../decoding/body-error.ts'

/** One field of a message on the wire. */
export type WireField =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'fixed64'; readonly value: Buffer }
  | { readonly number: number; readonly type: 'bytes'; readonly value: Buffer }

/**
 * Reads the fields of a protobuf message. Those of 32 bits and groups, which Kubernetes' types do not
 * have, are skipped.
 *
 * @throws BodyError when the bytes are not a message, as Go's generated code words it
 */
export function* readFields(message: Buffer): Generator<WireField> {
  const reader = new WireReader(message)
  for (;;) {
    const field = reader.next()
    if (field === undefined) return
    if (field !== 'skipped') yield field
  }
}

/** Numbers of fields are below 2^29. */
const fieldNumberMax = 2 ** 29

class WireReader {
  readonly #message: Buffer
  #position = 0

  constructor(message: Buffer) {
    this.#message = message
  }

  next(): WireField | 'skipped' | undefined {
    if (this.#position >= this.#message.length) return undefined
    const { number, wireType } = this.#tag()
    switch (wireType) {
      case 0:
        return { number, type: 'varint', value: this.#varint() }
      case 1:
        return { number, type: 'fixed64', value: this.#bytes(8) }
      case 2:
        return { number, type: 'bytes', value: this.#bytes(this.#length()) }
      case 4:
        throw new BodyError('proto: wiretype end group for non-group')
      default:
        this.#skip(wireType)
        return 'skipped'
    }
  }

  /** A group can hold groups, so that this counts instead of calling itself. */
  #skip(first: number): void {
    let depth = 0
    for (let wireType = first; ; wireType = this.#tag().wireType) {
      if (wireType === 0) this.#varint()
      else if (wireType === 1) this.#bytes(8)
      else if (wireType === 2) this.#bytes(this.#length())
      else if (wireType === 3) depth += 1
      else if (wireType === 4) depth -= 1
      else if (wireType === 5) this.#bytes(4)
      else throw new BodyError(`proto: illegal wireType ${wireType}`)
      if (depth <= 0) return
    }
  }

  #tag(): { number: number; wireType: number } {
    const tag = Number(this.#varint())
    const number = Math.floor(tag / 8)
    const wireType = tag & 7
    if (number < 1 || number >= fieldNumberMax) {
      throw new BodyError(`proto: illegal tag ${number} (wire type ${tag})`)
    }
    return { number, wireType }
  }

  #varint(): bigint {
    let low = 0
    let value = 0n
    for (let index = 0; index < 10; index++) {
      const byte = this.#message[this.#position++]
      if (byte === undefined) throw new BodyError('unexpected EOF')
      if (index < 4) {
        low |= (byte & 0x7f) << (7 * index)
        if (byte < 0x80) return BigInt(low)
        value = BigInt(low)
      } else {
        value |= BigInt(byte & 0x7f) << BigInt(7 * index)
        if (byte < 0x80) return BigInt.asIntN(64, value)
      }
    }
    throw new BodyError('proto: integer overflow')
  }

  #length(): number {
    const length = this.#varint()
    if (length < 0n) throw new BodyError('proto: negative length found during unmarshaling')
    return Number(length)
  }

  #bytes(length: number): Buffer {
    const end = this.#position + length
    if (end > this.#message.length) throw new BodyError('unexpected EOF')
    const bytes = this.#message.subarray(this.#position, end)
    this.#position = end
    return bytes
  }
}
