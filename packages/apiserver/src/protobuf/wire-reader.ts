/**
 * One field of a message on the wire. Groups and 32-bit values do not occur in Kubernetes' types.
 */
export type WireField =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'bytes'; readonly value: Buffer }

/** Reads the fields of a protobuf message. @throws RangeError when the bytes are not a message */
export function* readFields(message: Buffer): Generator<WireField> {
  let position = 0
  while (position < message.length) {
    const tag = Number(readVarint())
    const number = tag >>> 3
    switch (tag & 7) {
      case 0:
        yield { number, type: 'varint', value: readVarint() }
        break
      case 1:
        position += 8
        break
      case 2:
        yield { number, type: 'bytes', value: readBytes() }
        break
      case 5:
        position += 4
        break
      default:
        throw new RangeError(`unknown wire type ${tag & 7} at byte ${position}`)
    }
  }

  function readVarint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[position++]
      if (byte === undefined) throw new RangeError('the message ends inside a number')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    throw new RangeError('a number is longer than 64 bits')
  }

  function readBytes(): Buffer {
    const end = Number(readVarint()) + position
    if (end < position || end > message.length) {
      throw new RangeError('the message ends inside a field')
    }
    const bytes = message.subarray(position, end)
    position = end
    return bytes
  }
}
