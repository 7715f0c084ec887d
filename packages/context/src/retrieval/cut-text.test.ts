import { describe, expect, it } from 'vitest'
import { seededRandom } from '../turns/test-support/seeded-random.ts'
import { cutText } from './cut-text.ts'

const pieces = (text: string, max: number) =>
  cutText(text, max).map(({ from, to }) => text.slice(from, to))

describe('a text that is cut', () => {
  it('is cut between paragraphs, else between lines, sentences and words', () => {
    expect(pieces('one two\n\nthree four', 10)).toEqual(['one two', 'three four'])
    expect(pieces('one two\nthree four', 10)).toEqual(['one two', 'three four'])
    expect(pieces('One two. Three four.', 12)).toEqual(['One two.', 'Three four.'])
    expect(pieces('one two three', 8)).toEqual(['one two', 'three'])
    expect(pieces('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
    expect(pieces(' \n ', 4)).toEqual([])
  })

  it('keeps short paragraphs together', () => {
    expect(pieces('a\n\nb\n\nc', 4)).toEqual(['a\n\nb', 'c'])
  })

  it('loses nothing but white space, and has no piece that is too long', () => {
    const random = seededRandom(5)
    const alphabet = ['a', 'bc', ' ', '\n', '\n\n', '. ', '。', 'long'.repeat(5)]
    for (let round = 0; round < 300; round++) {
      const length = Math.floor(random() * 60)
      const text = Array.from({ length }, () => alphabet[Math.floor(random() * 8)] ?? '').join('')
      const max = 1 + Math.floor(random() * 30)
      const cut = pieces(text, max)
      expect(cut.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
      expect(Math.max(0, ...cut.map((piece) => piece.length))).toBeLessThanOrEqual(max)
    }
  })
})
