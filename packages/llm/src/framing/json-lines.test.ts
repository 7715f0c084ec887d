import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../operations/chat/stream-event.ts'
import { cutJsonLines, decodeJsonLines } from './json-lines.ts'

const stream = Buffer.from('{"say":"ü"}\n\n{"say":"🌍"}\r\n{"say":"end"}')

function decoded(...chunks: readonly Uint8Array[]): string[] {
  const decoder = decodeJsonLines({
    push: (line): StreamEvent[] => [{ type: 'text-delta', text: String(line['say']) }],
    end: () => [],
  })
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()].map((event) =>
    event.type === 'text-delta' ? event.text : event.type,
  )
}

describe('lines of JSON', () => {
  it('are read wherever the bytes are split, the last one without its end too', () => {
    for (let place = 0; place <= stream.length; place += 1) {
      expect(decoded(stream.subarray(0, place), stream.subarray(place))).toEqual(['ü', '🌍', 'end'])
    }
  })

  it('that are no objects end the stream with an error', () => {
    expect(decoded(Buffer.from('{"say":"a"}\n[1]\n{"say":"b"}\n'))).toEqual(['a', 'error'])
  })

  it('pass through whole', async () => {
    for (let place = 0; place <= stream.length; place += 1) {
      const left = [stream.subarray(0, place), stream.subarray(place)]
      const frames = cutJsonLines({ next: () => Promise.resolve(left.shift()) })
      const passed: Buffer[] = []
      for (let next = await frames.next(); next !== undefined; next = await frames.next()) {
        expect(next.at(-1)).toBe(0x0a)
        passed.push(next)
      }
      expect(Buffer.concat([...passed, frames.rest])).toEqual(stream)
    }
  })
})
