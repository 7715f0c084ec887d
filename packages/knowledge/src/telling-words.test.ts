import { expect, it } from 'vitest'
import { tellingWords } from './telling-words.ts'

const tried = (...passages: readonly number[]) =>
  tellingWords(
    passages.map((count) => ({ passages: count })),
    10,
  ).map(({ least, words }) => [least, ...words.map((word) => word.passages)])

it('tries rare words, then some more where too few passages were found, and all where none was', () => {
  expect(tried(90_000, 5, 18_000, 0, 4000)).toEqual([
    [1, 5, 4000],
    [10, 5, 4000, 18_000],
    [1, 5, 4000, 18_000, 90_000],
  ])
  expect(tried(3, 2)).toEqual([[1, 2, 3]])
  expect(tried(90_000)).toEqual([[1, 90_000]])
})
