import { expect, it } from 'vitest'
import { filledUp, tellingWords } from './telling-words.ts'

const tried = (...passages: readonly number[]) =>
  tellingWords(
    passages.map((count) => ({ passages: count })),
    10,
  ).map(({ least, words }) => [least, ...words.map((word) => word.passages)])

it('tries rare words, then some more where too few passages were found, and all where less than half was', () => {
  expect(tried(90_000, 5, 18_000, 0, 4000)).toEqual([
    [1, 5, 4000],
    [10, 5, 4000, 18_000],
    [5, 5, 4000, 18_000, 90_000],
  ])
  expect(tried(3, 2)).toEqual([[1, 2, 3]])
  expect(tried(90_000)).toEqual([[1, 90_000]])
})

it('puts what more words find behind what was found', () => {
  const ranked = (score: number) => ({ id: `p${score}`, score })
  const filled = filledUp([ranked(3)], [ranked(1), ranked(3), ranked(2)], 2)
  expect(filled.map(({ id }) => id)).toEqual(['p3', 'p1'])
})
