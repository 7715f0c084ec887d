import { describe, expect, test } from 'vitest'
import { searchedBytes } from '../test-support/searched-bytes.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'
import { MessageError } from './message-error.ts'

interface Outcome {
  readonly data: string
  /** Bytes that belong to the body; undefined while it is incomplete. */
  readonly used?: number
  readonly status?: number
}

function decode(pieces: readonly Buffer[]): Outcome {
  const decoder = new ChunkedDecoder()
  let data = ''
  let before = 0
  try {
    for (const piece of pieces) {
      const used = decoder.push(piece, (bytes) => (data += bytes.toString('latin1')))
      if (used !== -1) return { data, used: before + used }
      before += piece.length
    }
    return { data }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return { data, status: error.status }
  }
}

function bytewise(bytes: Buffer): Buffer[] {
  return [...bytes].map((byte) => Buffer.from([byte]))
}

const whole: readonly (readonly [string, string, string])[] = [
  ['no data', '0\r\n\r\n', ''],
  ['one chunk', '5\r\nhello\r\n0\r\n\r\n', 'hello'],
  [
    'sizes in both cases',
    'A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n',
    '01234567890123456789',
  ],
  ['zeros before a size', '0005\r\nhello\r\n000\r\n\r\n', 'hello'],
  ['line ends in the data', '8\r\n\r\n0\r\n\r\n0\r\n0\r\n\r\n', '\r\n0\r\n\r\n0'],
  ['extensions', '5;a;b=c;d="e;\\"f"\r\nhello\r\n0;x\r\n\r\n', 'hello'],
  ['trailers', '5\r\nhello\r\n0\r\nA: b\r\nC:\r\n\r\n', 'hello'],
  ['obs-text in a trailer', '0\r\nA: \xe9\r\n\r\n', ''],
]

const broken: readonly (readonly [string, string, string, number])[] = [
  ['no size', '\r\nhello', '', 400],
  ['a size that is no number', 'x\r\n', '', 400],
  ['a size with a sign', '-5\r\nhello', '', 400],
  ['a size with 0x', '0x5\r\nhello', '', 400],
  ['a space before a size', ' 5\r\nhello', '', 400],
  ['a space behind a size', '5 \r\nhello', '', 400],
  ['a size of 14 digits', '00000000000005\r\nhello', '', 400],
  ['a size that overflows', 'ffffffffffffffff1\r\nhello', '', 400],
  ['a size that ends with LF', '5\nhello', '', 400],
  ['a size that ends with CR', '5\rhello', '', 400],
  ['data that is longer than its size', '4\r\nhello\r\n0\r\n\r\n', 'hell', 400],
  ['data that is shorter than its size', '6\r\nhello\r\n0\r\n\r\n', 'hello\r', 400],
  ['data that ends with LF', '5\r\nhello\n0\r\n\r\n', 'hello', 400],
  ['an extension without a name', '5;\r\nhello', '', 400],
  ['an extension with a space', '5; a=b\r\nhello', '', 400],
  ['an extension with an open quote', '5;a="b\r\nhello', '', 400],
  ['an extension with a bare CR', '5;a=b\rc\r\nhello', '', 400],
  ['an extension with a bare LF', '5;a=b\nc\r\nhello', '', 400],
  ['an extension with NUL', '5;a=\0\r\nhello', '', 400],
  ['an extension that is huge', `5;${'a'.repeat(17_000)}\r\nhello`, '', 413],
  ['many extensions', `1;${'a'.repeat(500)}\r\nx\r\n`.repeat(40), 'x'.repeat(32), 413],
  ['a trailer without a colon', '0\r\nabc\r\n\r\n', '', 400],
  ['a trailer that is folded', '0\r\nA: b\r\n c\r\n\r\n', '', 400],
  ['a trailer that begins with a space', '0\r\n A: b\r\n\r\n', '', 400],
  ['a trailer with a bare LF', '0\r\nA: b\n\r\n', '', 400],
  ['a trailer with a bare CR', '0\r\nA: b\rc\r\n\r\n', '', 400],
  ['a trailer that would change the framing', '0\r\nContent-Length: 5\r\n\r\n', '', 400],
  ['a trailer that would change the coding', '0\r\nTransfer-Encoding: x\r\n\r\n', '', 400],
  ['a trailer that would change the host', '0\r\nhost: x\r\n\r\n', '', 400],
  ['a trailer that would close the connection', '0\r\nConnection: close\r\n\r\n', '', 400],
  ['a trailer that is huge', `0\r\nA: ${'b'.repeat(17_000)}\r\n\r\n`, '', 431],
  ['129 trailers', `0\r\n${'A: b\r\n'.repeat(129)}\r\n`, '', 431],
  ['a CR where the end should be', '0\r\n\rX', '', 400],
]

function everyCut(bytes: Buffer): Buffer[][] {
  const places = bytes.length < 200 ? [...bytes.keys()] : [1, 2, 3, 100, bytes.length - 1]
  return [
    [bytes],
    bytewise(bytes),
    ...places.map((place) => [bytes.subarray(0, place), bytes.subarray(place)]),
  ]
}

describe('how a body is cut makes no difference', () => {
  test.each(whole)('%s', (_, text, data) => {
    for (const after of ['', '0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n']) {
      for (const pieces of everyCut(Buffer.from(text + after, 'latin1'))) {
        expect(decode(pieces)).toEqual({ data, used: text.length })
      }
    }
  })

  test.each(broken)('%s', (_, text, data, status) => {
    for (const pieces of everyCut(Buffer.from(text, 'latin1'))) {
      expect(decode(pieces)).toEqual({ data, status })
    }
  })

  test.each(whole)('%s, cut short', (_, text) => {
    for (let length = 0; length < text.length; length += 1) {
      const { used, status } = decode([Buffer.from(text.slice(0, length), 'latin1')])
      expect({ used, status }).toEqual({ used: undefined, status: undefined })
    }
  })
})

test('a size of 13 digits is exact', () => {
  expect(decode([Buffer.from('fffffffffffff\r\nx')])).toEqual({ data: 'x' })
})

test('trailers and extensions are looked at a constant number of times', () => {
  const searched = (length: number) => {
    const text = `0;${'a'.repeat(length)}\r\nA: ${'b'.repeat(length)}\r\n\r\n`
    return searchedBytes(() => {
      expect(decode(bytewise(Buffer.from(text))).used).toBe(text.length)
    })
  }
  expect(searched(8_000)).toBeGreaterThan(8_000)
  expect(searched(16_000) / searched(8_000)).toBeLessThan(2.1)
})
