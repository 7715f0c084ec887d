import { describe, expect, it } from 'vitest'
import { createSseParser, formatSseEvent, type SseEvent } from './sse.ts'

function parse(...chunks: (string | Uint8Array)[]): SseEvent[] {
  const parser = createSseParser()
  return [
    ...chunks.flatMap((chunk) =>
      parser.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk),
    ),
    ...parser.end(),
  ]
}
const message = (data: string, event = ''): SseEvent => ({ event, data })

describe('createSseParser', () => {
  it.each<[string, string, SseEvent[]]>([
    ['line feeds', 'data: a\n\ndata: b\n\n', [message('a'), message('b')]],
    ['carriage returns', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
    ['both', 'data: a\r\n\r\ndata: b\r\n\r\n', [message('a'), message('b')]],
    [
      'a mixture',
      'data: a\r\n\ndata: b\n\rdata: c\r\r\n',
      [message('a'), message('b'), message('c')],
    ],
    ['a leading byte order mark', '\uFEFFdata: a\n\n', [message('a')]],
    ['comments', ': ping\n\ndata: a\n: more\ndata: b\n\n', [message('a\nb')]],
    ['several data lines', 'data: a\ndata:\ndata: b\n\n', [message('a\n\nb')]],
    ['event names', 'event: x\ndata: 1\n\ndata: 2\n\n', [message('1', 'x'), message('2')]],
    ['one space after the colon only', 'data:  a\n\ndata:b\n\n', [message(' a'), message('b')]],
    ['a bare data field', 'data\n\n', [message('')]],
    ['id, retry and unknown fields', 'id: 1\nretry: 3\nfoo: x\ndata: a\n\n', [message('a')]],
    ['names without data', 'event: x\n\ndata: a\n\n', [message('a')]],
    ['an end without a blank line', 'data: a\n\ndata: [DONE]', [message('a'), message('[DONE]')]],
  ])('reads %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected)
  })

  it('reads the same however the bytes are split', () => {
    const text =
      '\uFEFFevent: é\r\ndata: 🌍 grüße\r\ndata: b\r\n\r\n: c\r\n\r\rdata: x\n\ndata: y\r\r'
    const bytes = Buffer.from(text)
    const whole = parse(bytes)
    expect(whole).toHaveLength(3)
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const cut = [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ]
        expect(parse(...cut)).toEqual(whole)
      }
    }
  })

  it('rejects an event beyond the limit, in one line or many, ended or not', () => {
    for (const text of ['data: aaaaaaaaaaaaaaaaaaaaaaaaa', 'data: aaaaaaaaaa\n'.repeat(3)]) {
      const parser = createSseParser({ eventLengthMax: 20 })
      expect(() => parser.push(Buffer.from(text))).toThrow(/more than 20 characters/)
    }
  })

  it('counts each event separately', () => {
    const parser = createSseParser({ eventLengthMax: 20 })
    expect(parser.push(Buffer.from('data: aaaaaaaaaa\n\n'.repeat(10)))).toHaveLength(10)
  })
})

describe('formatSseEvent', () => {
  it.each<[SseEvent, string]>([
    [message('a'), 'data: a\n\n'],
    [message('a\nb', 'x'), 'event: x\ndata: a\ndata: b\n\n'],
  ])('writes %j', (event, text) => {
    expect(formatSseEvent(event)).toBe(text)
    expect(parse(text)).toEqual([event])
  })
})
