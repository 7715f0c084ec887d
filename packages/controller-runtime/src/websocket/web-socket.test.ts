import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { ws } from '../testing/ws.ts'
import { opcodes } from './frame.ts'
import { WebSocketConnection } from './web-socket.ts'
import { WebSocketError } from './web-socket-error.ts'

/** A connection whose other side is the test. */
class Line extends Duplex {
  readonly written: Buffer[] = []

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.written.push(chunk)
    callback()
  }

  /** The opcodes of the frames that were sent. */
  get opcodes(): number[] {
    return this.written.map((frame) => (frame[0] ?? 0) & 0x0f)
  }
}

function open(signal: AbortSignal = new AbortController().signal) {
  const line = new Line()
  const clock = new FakeClock()
  const connection = new WebSocketConnection(line, { protocol: 'p', clock, signal })
  return { line, clock, connection }
}

function served(opcode: number, data: Buffer | string): Buffer {
  const options = { fin: true, opcode, mask: false, rsv1: false, readOnly: true }
  return Buffer.concat(ws.Sender.frame(Buffer.from(data), options))
}

async function all(connection: WebSocketConnection): Promise<string[]> {
  const seen: string[] = []
  for await (const message of connection.messages()) seen.push(Buffer.from(message).toString())
  return seen
}

const closeFrame = (code: number, reason = '') =>
  served(opcodes.close, Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]))

describe('a WebSocket', () => {
  it('brings messages, answers pings, and ends when the server closes', async () => {
    const { line, connection } = open()
    line.push(served(opcodes.binary, 'one'))
    line.push(served(opcodes.ping, 'are you there'))
    line.push(served(opcodes.text, 'two'))
    line.push(closeFrame(1000))
    expect(await all(connection)).toEqual(['one', 'two'])
    expect(line.opcodes).toEqual([opcodes.pong, opcodes.close])
  })

  it('brings the same wherever the bytes are cut', async () => {
    const stream = Buffer.concat([
      served(opcodes.binary, 'one'),
      served(opcodes.ping, ''),
      served(opcodes.binary, 'x'.repeat(200)),
      closeFrame(1000),
    ])
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const { line, connection } = open()
      if (cut > 0) line.push(stream.subarray(0, cut))
      if (cut < stream.length) line.push(stream.subarray(cut))
      expect(await all(connection)).toEqual(['one', 'x'.repeat(200)])
    }
  })

  it('throws when the bytes end anywhere before the close', async () => {
    const stream = Buffer.concat([served(opcodes.binary, 'one'), closeFrame(1000)])
    for (let cut = 0; cut < stream.length; cut += 1) {
      const { line, connection } = open()
      if (cut > 0) line.push(stream.subarray(0, cut))
      line.push(null)
      await expect(all(connection)).rejects.toBeInstanceOf(WebSocketError)
    }
  })

  it('throws the code and the reason of another close', async () => {
    const { line, connection } = open()
    line.push(closeFrame(1011, 'the container is gone'))
    await expect(all(connection)).rejects.toThrow('code 1011: the container is gone')
  })

  it('throws what broke the connection', async () => {
    const { line, connection } = open()
    const reading = all(connection)
    line.destroy(new Error('ECONNRESET'))
    await expect(reading).rejects.toThrow('the connection broke')
    await expect(connection.send(Buffer.from('a'))).rejects.toThrow('the connection broke')
  })

  it('pings, and gives up a server that is silent for a minute', async () => {
    const { line, clock, connection } = open()
    const reading = all(connection)
    const failed = expect(reading).rejects.toThrow('nothing was heard')
    for (let second = 0; second < 60; second += 5) await clock.advance(5000)
    expect(line.opcodes).toEqual(Array.from({ length: 12 }, () => opcodes.ping))
    expect(line.destroyed).toBe(false)
    await clock.advance(5000)
    await failed
    expect(line.destroyed).toBe(true)
  })

  it('does not take for silence that nobody reads', async () => {
    const { line, clock, connection } = open()
    line.push(served(opcodes.binary, 'one'))
    const messages = connection.messages()
    await messages.next()
    for (let second = 0; second < 600; second += 5) await clock.advance(5000)
    expect(line.destroyed).toBe(false)
    line.push(closeFrame(1000))
    expect(await messages.next()).toMatchObject({ done: true })
  })

  it('gives the other side five seconds to close', async () => {
    const { line, clock, connection } = open()
    const reading = all(connection)
    connection.close()
    connection.close()
    expect(line.opcodes).toEqual([opcodes.close])
    await expect(connection.send(Buffer.from('a'))).rejects.toThrow('the connection is closed')
    await clock.advance(4999)
    expect(line.destroyed).toBe(false)
    await clock.advance(1)
    expect(await reading).toEqual([])
    expect(line.destroyed).toBe(true)
  })

  it('waits until the connection takes more', async () => {
    const { connection, line } = open()
    line.cork()
    let isSent = false
    const sending = connection.send(Buffer.alloc(1024 * 1024)).then(() => (isSent = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isSent).toBe(false)
    line.uncork()
    await sending
  })

  it('keeps no answers for a server that sends pings and reads nothing', async () => {
    const { connection, line } = open()
    line.cork()
    for (let count = 0; count < 10_000; count += 1) line.push(served(opcodes.ping, 'x'.repeat(125)))
    line.push(served(opcodes.binary, 'one'))
    await connection.messages().next()
    expect(line.writableLength).toBeLessThan(100_000)
    line.uncork()
    line.destroy()
  })

  it('ends with the reason of the signal', async () => {
    const stop = new AbortController()
    const { connection, line } = open(stop.signal)
    const reading = all(connection)
    stop.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    expect(line.destroyed).toBe(true)
  })

  it('leaves no timer when it has ended', async () => {
    const { line, clock, connection } = open()
    line.push(closeFrame(1000))
    await all(connection)
    await new Promise((resolve) => setImmediate(resolve))
    expect(line.destroyed).toBe(true)
    await clock.advance(600_000)
    expect(line.opcodes).toEqual([opcodes.close])
  })
})
