import { expect, it } from 'vitest'
import { generateName } from './generate-name.ts'

it('adds five characters of the alphabet without vowels', () => {
  expect(generateName('a-', () => 0)).toBe('a-bbbbb')
  expect(generateName('a-', () => 0.999_999)).toBe('a-99999')
})

it('cuts the base so that the name is a label', () => {
  expect(generateName('x'.repeat(100), () => 0)).toBe('x'.repeat(58) + 'bbbbb')
})
