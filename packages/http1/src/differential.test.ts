import { expect, test } from 'vitest'
import { fuzzRequests, fuzzResponses } from './test-support/differential-fuzz.ts'

/** More of them: `npm run fuzz -- --cases 1000000 --seed 7`. */
const cases = 10_000

test.each([
  ['requests', fuzzRequests],
  ['responses', fuzzResponses],
] as const)('%s are read as by node:http, or refused by a rule that is listed', async (_, fuzz) => {
  const { agreed, bothRefused, stricter, disagreements } = await fuzz(1, cases)
  expect(disagreements).toEqual([])
  // Else the cases have become too odd, or too plain, to show anything.
  expect(agreed).toBeGreaterThan(cases / 4)
  expect(bothRefused).toBeGreaterThan(cases / 4)
  expect(stricter.size).toBeGreaterThan(5)
})
