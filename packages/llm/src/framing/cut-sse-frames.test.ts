import { describe, expect, it } from 'vitest'
import { cutSseFrames } from './cut-sse-frames.ts'

async function piecesOf(chunks: readonly Buffer[]): Promise<{ pieces: Buffer[]; rest: Buffer }> {
  const left = [...chunks]
  const frames = cutSseFrames({ next: () => Promise.resolve(left.shift()) })
  const pieces: Buffer[] = []
  for (let next = await frames.next(); next !== undefined; next = await frames.next()) {
    pieces.push(next)
  }
  return { pieces, rest: frames.rest }
}

describe('cutSseFrames', () => {
  it.each(['\n\n', '\r\n\r\n', '\r\r'])('gives whole events that end in %j', async (end) => {
    const bytes = Buffer.from(`data: 1${end}data: 2${end}data: 3`)
    for (let place = 0; place <= bytes.length; place += 1) {
      const { pieces, rest } = await piecesOf([bytes.subarray(0, place), bytes.subarray(place)])
      for (const piece of pieces) expect(piece.toString()).toMatch(/(\n\n|\n\r\n|\r\r)$/)
      expect(rest.toString()).toBe('data: 3')
      expect(Buffer.concat([...pieces, rest])).toEqual(bytes)
    }
  })

  it('does not hold back more than a mebibyte', async () => {
    const chunk = Buffer.alloc(700 * 1024, 0x61)
    const { pieces, rest } = await piecesOf([chunk, chunk, chunk])
    expect(pieces.map(({ length }) => length)).toEqual([2 * chunk.length])
    expect(rest.length).toBe(chunk.length)
  })
})
