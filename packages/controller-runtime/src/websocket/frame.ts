import { randomBytes } from 'node:crypto'
import { WebSocketError } from './web-socket-error.ts'

export const opcodes = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const

/** One frame of a WebSocket (RFC 6455). */
export interface Frame {
  readonly opcode: number
  /** Whether it is the last frame of its message. */
  readonly isFinal: boolean
  readonly payload: Buffer
}

/** A frame as a client sends it: whole, and masked with a key of its own. */
export function encodeFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const lengthBytes = length < 126 ? 0 : length < 0x1_0000 ? 2 : 8
  const maskAt = 2 + lengthBytes
  const frame = Buffer.allocUnsafe(maskAt + 4 + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  const mask = randomBytes(4)
  mask.copy(frame, maskAt)
  for (let index = 0; index < length; index += 1) {
    frame[maskAt + 4 + index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0)
  }
  return frame
}

/** Reads the frames that a server sends, however their bytes were chunked. */
export class FrameDecoder {
  readonly #limitBytes: number
  #parts: Buffer[] = []
  #pendingBytes = 0
  /** How many bytes are needed before there is more to read. */
  #neededBytes = 2

  /** A frame with a longer payload is a WebSocketError. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Whether the bytes end inside a frame. */
  get isInsideFrame(): boolean {
    return this.#pendingBytes > 0
  }

  /** Takes a chunk and returns the frames that it completes. Throws WebSocketError. */
  push(chunk: Uint8Array): Frame[] {
    this.#parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.#pendingBytes += chunk.byteLength
    const frames: Frame[] = []
    if (this.#pendingBytes < this.#neededBytes) return frames
    let bytes = Buffer.concat(this.#parts)
    for (;;) {
      const read = this.#read(bytes)
      if (read === undefined) break
      frames.push(read.frame)
      bytes = bytes.subarray(read.bytes)
    }
    this.#parts = bytes.length === 0 ? [] : [bytes]
    this.#pendingBytes = bytes.length
    return frames
  }

  #read(bytes: Buffer): { frame: Frame; bytes: number } | undefined {
    if (!this.#has(bytes, 2)) return undefined
    const [first = 0, second = 0] = bytes
    const opcode = first & 0x0f
    const isFinal = (first & 0x80) !== 0
    const short = second & 0x7f
    checkHead({ opcode, isFinal, reserved: first & 0x70, isMasked: second >= 0x80, short })
    const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10
    if (!this.#has(bytes, headBytes)) return undefined
    const length = payloadLength(bytes, short)
    if (length > this.#limitBytes) {
      throw new WebSocketError(`the server sent a frame of more than ${this.#limitBytes} bytes`)
    }
    if (!this.#has(bytes, headBytes + length)) return undefined
    const payload = bytes.subarray(headBytes, headBytes + length)
    return { frame: { opcode, isFinal, payload }, bytes: headBytes + length }
  }

  #has(bytes: Buffer, needed: number): boolean {
    this.#neededBytes = needed
    return bytes.length >= needed
  }
}

function payloadLength(bytes: Buffer, short: number): number {
  if (short < 126) return short
  return short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
}

const known: ReadonlySet<number> = new Set(Object.values(opcodes))

function checkHead(head: {
  readonly opcode: number
  readonly isFinal: boolean
  readonly reserved: number
  readonly isMasked: boolean
  readonly short: number
}): void {
  if (head.reserved !== 0) throw new WebSocketError('the server sent a frame with reserved bits')
  if (head.isMasked) throw new WebSocketError('the server sent a masked frame')
  if (!known.has(head.opcode)) {
    throw new WebSocketError(`the server sent a frame with the unknown opcode ${head.opcode}`)
  }
  if (head.opcode >= opcodes.close && (!head.isFinal || head.short > 125)) {
    throw new WebSocketError('the server sent a control frame that is fragmented or too long')
  }
}
