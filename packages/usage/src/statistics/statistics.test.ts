import { SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { noUsage } from '../ledger/usage-sums.ts'
import { fisherP } from './fisher.ts'
import { compareVersions, type VersionUsage } from './compare-versions.ts'
import { meansP, proportionInterval, proportionsP, type Sample } from './samples.ts'
import { manyDegrees, twoSidedP } from './student-t.ts'

const sampleOf = (values: readonly number[]): Sample => ({
  count: values.length,
  sum: values.reduce((sum, value) => sum + value, 0),
  squares: values.reduce((sum, value) => sum + value ** 2, 0),
})

describe("Student's t", () => {
  it.each([
    [12.706, 1, 0.05],
    [2.776, 4, 0.05],
    [2.228, 10, 0.05],
    [3.169, 10, 0.01],
    [2.042, 30, 0.05],
    [1.96, manyDegrees, 0.05],
    [2.576, manyDegrees, 0.01],
    [0, 7, 1],
  ])('%d with %d degrees of freedom has the p of the tables, %d', (t, degrees, p) => {
    expect(twoSidedP(t, degrees)).toBeCloseTo(p, 3)
    expect(twoSidedP(-t, degrees)).toBeCloseTo(p, 3)
  })
})

describe('a proportion', () => {
  it.each([
    [0, 10, 0, 0.2775],
    [1, 10, 0.0179, 0.4042],
    [50, 100, 0.4038, 0.5962],
  ])("of %d in %d has Wilson's interval", (count, of, low, high) => {
    const interval = proportionInterval({ count, of })
    expect(interval?.low).toBeCloseTo(low, 3)
    expect(interval?.high).toBeCloseTo(high, 3)
  })

  it('is compared with another only where there are enough cases', () => {
    // 20 of 100 against 8 of 100: z = 2.4449.
    expect(proportionsP({ count: 20, of: 100 }, { count: 8, of: 100 })).toBeCloseTo(0.0145, 3)
    expect(proportionsP({ count: 1, of: 29 }, { count: 20, of: 100 })).toBeUndefined()
    expect(proportionsP({ count: 1, of: 40 }, { count: 2, of: 40 })).toBeCloseTo(1, 6)
    expect(proportionsP({ count: 10, of: 100 }, { count: 20, of: 1000 })).toBeLessThan(0.001)
    expect(proportionsP({ count: 0, of: 40 }, { count: 0, of: 40 })).toBe(1)
  })
})

describe("Fisher's exact test", () => {
  it.each([
    [1, 10, 11, 14, 0.0028],
    [3, 4, 1, 4, 0.4857],
    [0, 50, 5, 50, 0.0563],
  ])('of %d in %d and %d in %d', (count, of, otherCount, otherOf, p) => {
    const other = { count: otherCount, of: otherOf }
    expect(fisherP({ count, of }, other)).toBeCloseTo(p, 3)
    expect(fisherP(other, { count, of })).toBeCloseTo(p, 3)
  })
})

describe('two means', () => {
  it('that are those of one distribution differ by chance as often as p says', () => {
    const random = new SeededRandom(7)
    const draw = () => Array.from({ length: 40 }, () => random.next() ** 2)
    const rounds = 2000
    const found = Array.from({ length: rounds }, () => meansP(sampleOf(draw()), sampleOf(draw())))
    const share = found.filter((p) => p !== undefined && p < 0.05).length / rounds
    expect(share).toBeGreaterThan(0.03)
    expect(share).toBeLessThan(0.07)
  })

  it('are not compared where there are too few', () => {
    const few = sampleOf(Array.from({ length: 29 }, (_, index) => index))
    expect(meansP(few, sampleOf(Array.from({ length: 90 }, (_, index) => index)))).toBeUndefined()
  })

  it('of equal values differ surely, or not at all', () => {
    const equal = (value: number) => sampleOf(Array.from({ length: 30 }, () => value))
    expect(meansP(equal(2), equal(2))).toBe(1)
    expect(meansP(equal(2), equal(3))).toBe(0)
  })
})

describe('versions that are compared', () => {
  const usage = (version: string, parts: Partial<VersionUsage>): VersionUsage => ({
    ...noUsage,
    version,
    ...parts,
  })

  it('are held against the one of most calls, or the one that is named', () => {
    const versions = [usage('1', { calls: 5 }), usage('2', { calls: 50 })]
    const baseline = (named?: string) =>
      compareVersions(versions, named).find(({ isBaseline }) => isBaseline)?.version
    expect(baseline()).toBe('2')
    expect(baseline('1')).toBe('1')
  })

  it('are better, worse, no different, or too few to tell', () => {
    const [, second] = compareVersions(
      [
        usage('1', {
          calls: 1000,
          failedCalls: 20,
          durationMs: 980_000,
          durationSquares: 980_000_000 + 980 * 10_000,
          ratings: 12,
          ratingThousandths: 9000,
          ratingSquares: 9_000_000,
        }),
        usage('2', {
          calls: 200,
          failedCalls: 20,
          durationMs: 180 * 800,
          durationSquares: 180 * (640_000 + 10_000),
          ratings: 80,
          ratingThousandths: 40_000,
          ratingSquares: 30_000_000,
        }),
      ],
      '1',
    )
    expect(second?.against?.failures).toMatchObject({ verdict: 'Worse' })
    expect(second?.against?.failures.p).toBeLessThan(0.001)
    expect(second?.against?.duration.verdict).toBe('Better')
    expect(second?.against?.rating).toEqual({ verdict: 'TooFew', p: undefined })
  })

  it('share the level of significance', () => {
    // p is 0.036: by itself a difference, among four versions none.
    const failing = (version: string, failedCalls: number) =>
      usage(version, { calls: 1000, failedCalls })
    const two = compareVersions([failing('1', 20), failing('2', 35)], '1')
    expect(two[1]?.against?.failures.verdict).toBe('Worse')
    const four = compareVersions(
      [failing('1', 20), failing('2', 35), failing('3', 20), failing('4', 20)],
      '1',
    )
    expect(four[1]?.against?.failures.verdict).toBe('NoDifference')
  })
})
