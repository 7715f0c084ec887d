import { describe, expect, it } from 'vitest'
import { cutLongRuns } from './cut-long-runs.ts'

describe('cutLongRuns', () => {
  it.each([
    ['letters', 'a'.repeat(5000)],
    ['spaces', ' '.repeat(5000)],
    ['signs', '!'.repeat(5000)],
    ['line breaks', '\n'.repeat(5000)],
    ['signs with line breaks', '!/\n'.repeat(2000)],
    ['letters of another script', '漢'.repeat(5000)],
    ['letters of two scripts', 'aä'.repeat(3000)],
    ['signs with wide ones', '!—'.repeat(3000)],
    ['emoji', '👩‍👩‍👧'.repeat(1000)],
    ['lone surrogates', '\udc00'.repeat(50) + 'a'.repeat(5000)],
  ])('cuts a long run of %s, and loses nothing', (_, text) => {
    const pieces = cutLongRuns(text)
    expect(pieces.join('')).toBe(text)
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(260)
  })

  it('leaves ordinary text whole', () => {
    const text = 'Some words, and numbers 12345; a path /usr/lib/x.\n'.repeat(20)
    expect(cutLongRuns(text)).toEqual([text])
  })

  it('never cuts a character in two', () => {
    const text = `a${'😀'.repeat(1000)}`
    for (const piece of cutLongRuns(text)) expect(piece.isWellFormed()).toBe(true)
  })

  it('hands long texts over in pieces that begin with the space of a word', () => {
    const text = 'word '.repeat(60_000).trimEnd()
    const pieces = cutLongRuns(text)
    expect(pieces.join('')).toBe(text)
    expect(pieces.length).toBeGreaterThan(3)
    for (const piece of pieces.slice(1)) expect(piece).toMatch(/^ word/)
  })
})
