import { describe, expect, it } from 'vitest'
import { MessageReader } from './message-reader.ts'

const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const chunked =
  'HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n'
const withTrailer =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: y\r\n\r\n'
const empty = 'POST / HTTP/1.1\r\nhost: a\r\n\r\n'
const messages = [sized, chunked, withTrailer, empty, sized]

/** The messages that a reader finds in bytes that arrive in pieces of a size. */
function split(text: string, pieceSize: number): string[] {
  const reader = new MessageReader()
  const found: string[] = []
  let current = ''
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += pieceSize) {
    const piece = bytes.subarray(start, start + pieceSize)
    let from = 0
    while (from < piece.length) {
      const end = reader.read(piece, from)
      current += piece.subarray(from, end === -1 ? piece.length : end).toString()
      if (end === -1) break
      found.push(current)
      current = ''
      reader.begin()
      from = end
    }
  }
  return found
}

describe('MessageReader', () => {
  it.each([1, 2, 3, 7, 40, 64, 1000])('finds messages in pieces of %d bytes', (pieceSize) => {
    expect(split(messages.join(''), pieceSize)).toEqual(messages)
  })

  it('gives the head and the status once they are there', () => {
    const reader = new MessageReader()
    expect(reader.read(Buffer.from('HTTP/1.1 503 '))).toBe(-1)
    expect(reader.status).toBeNaN()
    reader.read(Buffer.from('No\r\ncontent-length: 2\r\n\r\nx'))
    expect(reader.status).toBe(503)
    expect(reader.head).toMatch(/\r\n\r\n$/)
  })
})
