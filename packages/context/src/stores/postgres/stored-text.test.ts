import { expect, it } from 'vitest'
import { readText, storedText } from './stored-text.ts'

it.each(['', 'grüße 😀', 'a\0b', '\uD83D', '\uDE00\uD83D x', '\uE0000000', '\\u0000', '\uE000'])(
  'stores %j so that PostgreSQL takes it, and reads it again',
  (text) => {
    const stored = storedText(text)
    expect(stored).not.toMatch(/\0|\p{Surrogate}/u)
    expect(readText(stored)).toBe(text)
  },
)

it('keeps texts apart', () => {
  const texts = ['\0', '\uE000', '\uE0000000', '\uE000e000', '0000', '\uD800', '\uFFFD']
  expect(new Set(texts.map(storedText)).size).toBe(texts.length)
})
