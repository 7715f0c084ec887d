import { describe, expect, test } from 'vitest'
import { searchedBytes } from '../test-support/searched-bytes.ts'
import { HeadBuffer, headBytesMax } from './head-buffer.ts'
import { MessageError } from './message-error.ts'

interface Outcome {
  readonly text?: string
  readonly used?: number
  readonly status?: number
}

/** What comes of the pieces; `used` counts from the beginning of the first. */
function push(pieces: readonly Buffer[]): Outcome {
  const head = new HeadBuffer()
  let before = 0
  try {
    for (const piece of pieces) {
      const read = head.push(piece)
      if (read !== undefined) return { text: read.text, used: before + read.used }
      before += piece.length
    }
    return {}
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return { status: error.status }
  }
}

function bytewise(bytes: Buffer): Buffer[] {
  return [...bytes].map((byte) => Buffer.from([byte]))
}

function headOf(length: number): string {
  return 'GET / HTTP/1.1\r\nX: '.padEnd(length, 'x')
}

const cases: readonly (readonly [string, string, Outcome])[] = [
  ['a head', 'GET / HTTP/1.1\r\nA: b\r\n\r\n', { text: 'GET / HTTP/1.1\r\nA: b', used: 24 }],
  ['a head without fields', 'GET / HTTP/1.1\r\n\r\n', { text: 'GET / HTTP/1.1', used: 18 }],
  ['what follows a head', 'G\r\n\r\n\r\nrest', { text: 'G', used: 5 }],
  ['empty lines before', '\r\n\r\nG\r\n\r\n', { text: 'G', used: 9 }],
  ['empty lines only', '\r\n\r\n\r\n', {}],
  ['a CR and nothing else', '\r', {}],
  ['a CR that begins no empty line', '\rG\r\n\r\n', { status: 400 }],
  ['a bare LF before', '\nG\r\n\r\n', { status: 400 }],
  ['a space before', ' G\r\n\r\n', { status: 400 }],
  ['the greeting of a TLS client', '\x16\x03\x01\x02', { status: 400 }],
  ['a bare LF in the head', 'GET / HTTP/1.1\nA: b\r\n\r\n', { status: 400 }],
  ['bare LFs for line ends', 'GET / HTTP/1.1\n\n', { status: 400 }],
  ['a CR twice', 'G\r\r\n\r\n', { text: 'G\r', used: 6 }],
  ['nearly an end', 'G\r\n\rX', {}],
  [
    'the longest head',
    `${headOf(headBytesMax)}\r\n\r\n`,
    { text: headOf(headBytesMax), used: headBytesMax + 4 },
  ],
  ['a head that is too long by a byte', `${headOf(headBytesMax + 1)}\r\n\r\n`, { status: 431 }],
  ['a head that is far too long', `${headOf(3 * headBytesMax)}\r\n\r\n`, { status: 431 }],
  ['a head without an end', headOf(2 * headBytesMax), { status: 431 }],
  [
    'a bare LF in a head that is too long',
    `A\n${headOf(2 * headBytesMax)}\r\n\r\n`,
    { status: 400 },
  ],
  [
    'a bare LF where a head is too long already',
    `${headOf(headBytesMax + 4)}\n\r\n\r\n`,
    { status: 431 },
  ],
]

describe('how a head is cut makes no difference', () => {
  test.each(cases)('%s', (_, text, expected) => {
    const bytes = Buffer.from(text, 'latin1')
    expect(push([bytes])).toEqual(expected)
    expect(push(bytewise(bytes))).toEqual(expected)
    const places =
      bytes.length < 100
        ? bytes.keys()
        : [
            1,
            2,
            headBytesMax - 1,
            headBytesMax,
            headBytesMax + 1,
            headBytesMax + 2,
            headBytesMax + 3,
          ]
    for (const place of places) {
      expect(push([bytes.subarray(0, place), bytes.subarray(place)])).toEqual(expected)
    }
  })
})

test('is used again for the next head', () => {
  const head = new HeadBuffer()
  for (const text of ['A', 'B']) {
    expect(head.push(Buffer.from(`${text}\r\n`))).toBeUndefined()
    expect(head.begun).toBe(true)
    expect(head.push(Buffer.from('\r\nrest'))).toEqual({ text, used: 2 })
    expect(head.begun).toBe(false)
  }
})

test('has not begun with an empty line, however it comes', () => {
  const head = new HeadBuffer()
  for (const piece of ['\r', '\n', '\r\n', '\r']) {
    head.push(Buffer.from(piece))
    expect(head.begun).toBe(false)
  }
  head.push(Buffer.from('\nG'))
  expect(head.begun).toBe(true)
})

test('looks at every byte a constant number of times', () => {
  const searched = (length: number) =>
    searchedBytes(() => {
      const head = new HeadBuffer()
      for (const piece of bytewise(Buffer.from(headOf(length)))) head.push(piece)
    })
  expect(searched(8_000)).toBeGreaterThan(8_000)
  expect(searched(16_000) / searched(8_000)).toBeLessThan(2.1)
})
