import { EventStreamCodec } from '@smithy/eventstream-codec'
import { describe, expect, it } from 'vitest'
import {
  createEventStreamDecoder,
  encodeEventStreamMessage,
  type EventStreamMessage,
  textHeader,
} from './aws-event-stream.ts'
import { crc32 } from './crc32.ts'
import type { EventStreamHeader } from './event-stream-headers.ts'

const everyHeader = new Map<string, EventStreamHeader>([
  ['yes', { type: 'boolean', value: true }],
  ['no', { type: 'boolean', value: false }],
  ['byte', { type: 'byte', value: -7 }],
  ['short', { type: 'short', value: -700 }],
  ['integer', { type: 'integer', value: -70_000 }],
  ['long', { type: 'long', value: -9_007_199_254_740_993n }],
  ['bytes', { type: 'bytes', value: Buffer.from([0, 1, 255]) }],
  ['text', { type: 'string', value: 'grüße 🌍' }],
  ['time', { type: 'timestamp', value: 1_767_225_600_000n }],
  ['id', { type: 'uuid', value: '01234567-89ab-cdef-0123-456789abcdef' }],
])

const messages: readonly EventStreamMessage[] = [
  { headers: everyHeader, payload: Buffer.from('{"a":1}') },
  { headers: new Map(), payload: Buffer.alloc(0) },
  {
    headers: new Map([[':event-type', { type: 'string', value: 'chunk' }]]),
    payload: Buffer.from('x'.repeat(300)),
  },
]
const stream = Buffer.concat(messages.map(encodeEventStreamMessage))

/** The format's own reader, of AWS's official SDK. */
const official = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text),
)

/** Reads pieces; views are copied, so that what is compared does not change with its memory. */
function decode(...pieces: readonly Uint8Array[]): EventStreamMessage[] {
  const decoder = createEventStreamDecoder()
  return pieces
    .flatMap((piece) => decoder.push(Buffer.from(piece)))
    .map(({ headers, payload }) => ({ headers, payload: Buffer.from(payload) }))
}

describe('AWS event stream', () => {
  it('reads what it writes, with headers of every type', () => {
    expect(decode(stream)).toEqual(messages)
  })

  it('reads the same however the bytes are cut', () => {
    for (let first = 0; first <= stream.length; first += 1) {
      const [head, tail] = [stream.subarray(0, first), stream.subarray(first)]
      expect(decode(head, tail)).toEqual(messages)
    }
    expect(decode(...Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(messages)
  })

  it("writes what AWS's official SDK reads, and reads what it writes", () => {
    const encoded = encodeEventStreamMessage(messages[0] as EventStreamMessage)
    const read = official.decode(encoded)
    expect(read.headers['text']).toEqual({ type: 'string', value: 'grüße 🌍' })
    expect(read.headers['long']?.value).toMatchObject({ bytes: expect.anything() })
    expect(Buffer.from(read.body).toString()).toBe('{"a":1}')
    const written = official.encode({
      headers: {
        ':message-type': { type: 'string', value: 'event' },
        flag: { type: 'boolean', value: false },
        count: { type: 'integer', value: 12 },
      },
      body: Buffer.from('hello'),
    })
    const [message] = decode(written)
    expect(message && textHeader(message, ':message-type')).toBe('event')
    expect(message && textHeader(message, 'count')).toBeUndefined()
    expect(message?.headers.get('count')).toEqual({ type: 'integer', value: 12 })
    expect(message?.payload.toString()).toBe('hello')
  })

  it('refuses a message with any byte corrupted', () => {
    const message = encodeEventStreamMessage(messages[0] as EventStreamMessage)
    for (let at = 0; at < message.length; at += 1) {
      const corrupted = Buffer.from(message)
      corrupted[at] = (corrupted[at] ?? 0) ^ 0x20
      expect(() => decode(corrupted)).toThrow(/event stream/)
    }
  })

  it('stays refused, whatever follows', () => {
    const decoder = createEventStreamDecoder()
    const corrupted = Buffer.from(stream)
    corrupted[9] = (corrupted[9] ?? 0) ^ 1
    expect(() => decoder.push(corrupted)).toThrow(/prelude/)
    expect(() => decoder.push(stream)).toThrow(/prelude/)
    expect(decoder.pendingBytes).toBe(0)
  })

  it('refuses a length beyond the limit before the message has come', () => {
    const decoder = createEventStreamDecoder({ messageBytesMax: 1024 })
    expect(() => decoder.push(prelude(1025, 0))).toThrow(/more than 1024 bytes/)
  })

  it.each([
    ['shorter than its overhead', prelude(15, 0)],
    ['with headers longer than it', prelude(40, 30)],
    ['with headers beyond their limit', prelude(1_000_000, 200_000)],
  ])('refuses lengths that cannot be: %s', (_, bytes) => {
    expect(() => createEventStreamDecoder().push(bytes)).toThrow(/lengths cannot be/)
  })

  it.each([
    ['an unknown type', [1, 0x61, 10]],
    ['a name of no length', [0, 7, 0, 0]],
    ['a name beyond the end', [9, 0x61]],
    ['a value beyond the end', [1, 0x61, 7, 0, 5, 0x61]],
    ['a value that ends early', [1, 0x61, 5, 0, 0]],
  ])('refuses headers with %s', (_, bytes) => {
    expect(() => decode(withHeaderBytes(Buffer.from(bytes)))).toThrow(/headers cannot be read/)
  })

  it('says how much is left of a message that was cut off', () => {
    const decoder = createEventStreamDecoder()
    decoder.push(stream.subarray(0, stream.length - 1))
    expect(decoder.pendingBytes).toBeGreaterThan(0)
    decoder.push(stream.subarray(stream.length - 1))
    expect(decoder.pendingBytes).toBe(0)
  })

  it('checks as CRC-32 is specified', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
    expect(crc32(Buffer.from('6789'), crc32(Buffer.from('12345')))).toBe(0xcbf43926)
  })
})

function prelude(length: number, headersLength: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(length, 0)
  bytes.writeUInt32BE(headersLength, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
  return bytes
}

function withHeaderBytes(headers: Buffer): Buffer {
  const length = 16 + headers.length
  const bytes = Buffer.concat([prelude(length, headers.length), headers])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(bytes), 0)
  return Buffer.concat([bytes, checksum])
}
