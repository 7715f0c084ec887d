import { expect, test } from 'vitest'
import { surfaces } from './surfaces/surfaces.ts'
import { casesBySurface } from './test-support/fuzz/cases-by-surface.ts'
import { fuzzCalls } from './test-support/fuzz/fuzz-calls.ts'

/** More of them: `npm run fuzz -- --target calls --cases 1000000 --seed 7`. */
const cases = 5000

test('there are cases of every surface', () => {
  const names = surfaces.map(({ name }) => name)
  expect(Object.keys(casesBySurface).toSorted()).toEqual(names.toSorted())
})

test('no request makes a gateway fail, hang or grow', { timeout: 120_000 }, async () => {
  const { faults, errors, growth, statuses } = await fuzzCalls(1, cases)
  expect(faults).toEqual([])
  expect(errors).toEqual([])
  // Else the cases have become too odd, or too plain, to show anything.
  expect(statuses.get(200)).toBeGreaterThan(cases / 6)
  expect(statuses.get(400)).toBeGreaterThan(cases / 5)
  expect(growth).toBeUndefined()
})
