import { expect, it } from 'vitest'

import { commonIndex, countIndexes } from './job-indexes.ts'

it.each([
  ['', 0],
  ['0', 1],
  ['1,3-5,7', 5],
  [
    '1-2-3',
    `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`,
  ],
  ['x', 'cannot convert string to integer for index: "x"'],
  ['3,2', 'non-increasing order, previous: 3, current: 2'],
  ['5-5', 'non-increasing order, previous: 5, current: 5'],
  ['10', 'too large index: "10"'],
])('%j of 10: %j', (text, expected) => {
  expect(countIndexes(text, 10)).toBe(expected)
})

it.each([
  ['0-2,5', '3,4,6', undefined],
  ['0-2,5', '3,5', 5],
  ['1', '0-3', 1],
  ['x,4', '4', 4],
  ['', '1', undefined],
])('%j and %j have %j in common', (completed, failed, expected) => {
  expect(commonIndex(completed, failed, 10)).toBe(expected)
})
