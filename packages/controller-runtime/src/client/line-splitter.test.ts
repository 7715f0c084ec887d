import { describe, expect, it } from 'vitest'
import { LineSplitter, WatchStreamError } from './line-splitter.ts'
import { WatchDecoder } from './watch-events.ts'

const text = '{"type":"ADDED","object":{"metadata":{"name":"grüße-🚢"}}}\n\n{"b":2}\r\n{"c":'
const bytes = Buffer.from(text)
const lines = ['{"type":"ADDED","object":{"metadata":{"name":"grüße-🚢"}}}', '{"b":2}']

describe('splitting a stream into lines', () => {
  it('gives the same lines wherever the stream is cut in two', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const splitter = new LineSplitter()
      const found = [
        ...splitter.push(bytes.subarray(0, cut)),
        ...splitter.push(bytes.subarray(cut)),
      ]
      expect(found).toEqual(lines)
      expect(splitter.end()).toBe('{"c":')
    }
  })

  it('gives the same lines byte by byte', () => {
    const splitter = new LineSplitter()
    expect([...bytes].flatMap((byte) => splitter.push(Uint8Array.of(byte)))).toEqual(lines)
  })

  it('refuses a line without end', () => {
    const splitter = new LineSplitter(10)
    splitter.push(Buffer.from('12345'))
    expect(() => splitter.push(Buffer.from('678901'))).toThrow(WatchStreamError)
  })
})

describe('decoding watch events', () => {
  const event = { type: 'MODIFIED', object: { metadata: { name: 'a', resourceVersion: '7' } } }
  const line = Buffer.from(JSON.stringify(event) + '\n')

  function decode(...chunks: readonly Uint8Array[]): { events: number; error?: unknown } {
    const decoder = new WatchDecoder()
    let events = 0
    try {
      for (const decoded of chunks.flatMap((chunk) => [...decoder.push(chunk)])) {
        expect(decoded).toEqual(event)
        events += 1
      }
      decoder.end()
      return { events }
    } catch (error) {
      return { events, error }
    }
  }

  it('gives every complete event before a cut, and then fails', () => {
    for (let cut = 1; cut < line.length - 1; cut += 1) {
      const { events, error } = decode(line, line, line.subarray(0, cut))
      expect(events).toBe(2)
      expect(error).toBeInstanceOf(WatchStreamError)
    }
  })

  it('ends quietly between events', () => {
    expect(decode(line, line)).toEqual({ events: 2 })
  })

  it.each(['nonsense', '[]', '{"type":"ADDED"}', '{"type":"OTHER","object":{}}', '{"object":{}}'])(
    'refuses %s as an event',
    (bad) => {
      const { error } = decode(Buffer.from(bad + '\n'))
      expect(error).toBeInstanceOf(WatchStreamError)
    },
  )
})
