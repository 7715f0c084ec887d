import { expect, test } from 'vitest'
import { BodyBuffer } from './body-buffer.ts'

function collect(declaredBytes: number, pieces: readonly string[]): Buffer {
  const body = new BodyBuffer(declaredBytes)
  for (const piece of pieces) body.push(Buffer.from(piece))
  expect(body.length).toBe(pieces.join('').length)
  return body.take()
}

test.each([
  [0, []],
  [0, ['hello']],
  [5, ['hello']],
  [5, ['h', 'ell', 'o']],
  [0, ['h', '', 'ello']],
  [0, Array.from({ length: 40_000 }, (_, index) => String(index % 10))],
  [40_000, Array.from({ length: 40_000 }, (_, index) => String(index % 10))],
])('of %i declared bytes, in pieces', (declaredBytes, pieces) => {
  expect(collect(declaredBytes, pieces).toString()).toBe(pieces.join(''))
})

test('a piece that comes alone is not copied', () => {
  const piece = Buffer.from('hello')
  const body = new BodyBuffer(5)
  body.push(piece)
  expect(body.take().buffer).toBe(piece.buffer)
})

test('the piece that came first is not written to', () => {
  const first = Buffer.from('hello world').subarray(0, 5)
  const body = new BodyBuffer(0)
  body.push(first)
  body.push(Buffer.from('XXXXXX'))
  expect(Buffer.from(first.buffer, first.byteOffset, 11).toString()).toBe('hello world')
})

test('small pieces take no more than twice their bytes', () => {
  const bytes = collect(
    0,
    Array.from({ length: 100_000 }, () => 'x'),
  )
  expect(bytes.buffer.byteLength).toBeLessThan(2.1 * 100_000)
})
