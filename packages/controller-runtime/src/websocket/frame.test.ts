import { describe, expect, it } from 'vitest'
import { ws } from '../testing/ws.ts'
import { encodeFrame, type Frame, FrameDecoder, opcodes } from './frame.ts'
import { MessageAssembler } from './message-assembler.ts'

const payloads = [0, 1, 125, 126, 127, 300, 65_535, 65_536, 70_000].map((length) =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 7) % 256)),
)

/** The frame of a server, as the package ws writes it. */
function served(data: Buffer, opcode: number, fin = true): Buffer {
  return Buffer.concat(
    ws.Sender.frame(data, { fin, opcode, mask: false, rsv1: false, readOnly: true }),
  )
}

/** What a stream of chunks is decoded to. */
function decoded(...chunks: readonly Uint8Array[]): Frame[] {
  const decoder = new FrameDecoder(100_000)
  return chunks.flatMap((chunk) => decoder.push(chunk))
}

/** The messages that the package ws reads from what a client sends. */
async function received(...chunks: readonly Uint8Array[]): Promise<Buffer[]> {
  const receiver = new ws.Receiver({ isServer: true })
  const messages: Buffer[] = []
  receiver.on('message', (data: Buffer) => messages.push(Buffer.from(data)))
  for (const chunk of chunks) {
    await new Promise((resolve) => receiver.write(Buffer.from(chunk), resolve))
  }
  return messages
}

describe('frames', () => {
  it('are read as another implementation writes them', () => {
    const stream = Buffer.concat(payloads.map((payload) => served(payload, opcodes.binary)))
    expect(decoded(stream)).toEqual(
      payloads.map((payload) => ({ opcode: opcodes.binary, isFinal: true, payload })),
    )
  })

  it('are written as another implementation reads them', async () => {
    const stream = payloads.map((payload) => encodeFrame(opcodes.binary, payload))
    expect(await received(...stream)).toEqual(payloads)
  })

  it('are the same wherever the bytes are cut', () => {
    const stream = Buffer.concat([
      served(Buffer.from('one'), opcodes.text, false),
      served(Buffer.from('x'), opcodes.ping),
      served(Buffer.from('two'), opcodes.continuation),
      served(Buffer.alloc(200, 3), opcodes.binary),
      served(Buffer.from([3, 232]), opcodes.close),
    ])
    const whole = decoded(stream)
    expect(whole).toHaveLength(5)
    for (let cut = 0; cut <= stream.length; cut += 1) {
      expect(decoded(stream.subarray(0, cut), stream.subarray(cut))).toEqual(whole)
    }
    expect(decoded(...Array.from(stream, (byte) => Buffer.of(byte)))).toEqual(whole)
  })

  it('are masked anew each time', () => {
    const payload = Buffer.alloc(32)
    const masks = [1, 2].map(() => encodeFrame(opcodes.binary, payload).subarray(2, 6))
    expect(masks[0]).not.toEqual(masks[1])
  })

  it('cost linear time in their number and their cuts', () => {
    const decoder = new FrameDecoder(2 ** 24)
    const frame = served(Buffer.alloc(2 ** 23), opcodes.binary)
    const frames: Frame[] = []
    for (let start = 0; start < frame.length; start += 1024) {
      frames.push(...decoder.push(frame.subarray(start, start + 1024)))
    }
    expect(frames).toHaveLength(1)
    const many = Buffer.concat(Array.from({ length: 50_000 }, () => served(Buffer.of(1), 2)))
    expect(decoder.push(many)).toHaveLength(50_000)
  })

  it.each([
    ['reserved bits', Buffer.of(0xc2, 0), 'reserved bits'],
    ['a mask', Buffer.of(0x82, 0x80), 'masked'],
    ['an unknown opcode', Buffer.of(0x83, 0), 'unknown opcode 3'],
    ['a fragmented ping', Buffer.of(0x09, 0), 'control frame'],
    ['a long ping', Buffer.of(0x89, 126), 'control frame'],
    ['too much payload', Buffer.of(0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0), 'more than 100000 bytes'],
  ])('with %s are refused', (_, bytes, message) => {
    expect(() => decoded(bytes)).toThrow(message)
  })
})

describe('messages', () => {
  const frame = (opcode: number, isFinal: boolean, text: string): Frame => ({
    opcode,
    isFinal,
    payload: Buffer.from(text),
  })

  it('are put together from fragments', () => {
    const assembler = new MessageAssembler(1000)
    expect(assembler.push(frame(2, false, 'ab'))).toBeUndefined()
    expect(assembler.push(frame(0, false, 'cd'))).toBeUndefined()
    expect(assembler.push(frame(0, true, 'ef'))?.toString()).toBe('abcdef')
    expect(assembler.push(frame(1, true, 'next'))?.toString()).toBe('next')
  })

  it('out of order are refused', () => {
    expect(() => new MessageAssembler(10).push(frame(0, true, ''))).toThrow('out of order')
    const assembler = new MessageAssembler(10)
    assembler.push(frame(2, false, ''))
    expect(() => assembler.push(frame(2, true, ''))).toThrow('out of order')
  })

  it('that are too long are refused', () => {
    const assembler = new MessageAssembler(10)
    assembler.push(frame(2, false, '123456'))
    expect(() => assembler.push(frame(0, false, '78901'))).toThrow('more than 10 bytes')
  })

  it('in endless fragments are refused, however short those are', () => {
    const assembler = new MessageAssembler(1024 * 1024)
    assembler.push(frame(2, false, ''))
    const pushAll = () => {
      for (let count = 0; count < 100_000; count += 1) assembler.push(frame(0, false, ''))
    }
    expect(pushAll).toThrow('more than 1048576 bytes')
  })
})
