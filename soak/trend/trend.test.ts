import { SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { upperQuantile } from './student-t.ts'
import { mean, type Point, trendOf } from './trend.ts'

const lowest = (values: readonly number[]) => Math.min(...values)

const pointsOf = (count: number, value: (minute: number) => number): Point[] =>
  Array.from({ length: count }, (_, index) => ({
    minute: index / 10,
    value: value(index / 10),
  }))

describe('upperQuantile', () => {
  it.each([
    [5, 5.893],
    [10, 4.144],
    [18, 3.61],
    [30, 3.385],
    [1000, 3.098],
  ])('with %d degrees of freedom is what tables of t say: %d', (degrees, table) => {
    expect(Math.abs(upperQuantile(degrees) / table - 1)).toBeLessThan(0.03)
  })

  it('refuses what the expansion is not good for', () => {
    expect(() => upperQuantile(4)).toThrow(RangeError)
  })
})

describe('trendOf', () => {
  it('is exact for a line', () => {
    const trend = trendOf(
      pointsOf(100, (minute) => 7 + 3 * minute),
      mean,
    )
    expect(trend.slope).toBeCloseTo(3)
    expect(trend.slopeMin).toBeCloseTo(3)
    expect(trend.mean).toBeCloseTo(7 + 3 * 4.95)
    expect(trend.minutes).toBeCloseTo(9.9)
  })

  it('is what the formula for seven points gives', () => {
    const values = [2, 1, 4, 3, 6, 5, 7]
    const points = values.map((value, minute) => ({ minute, value }))
    const trend = trendOf(points, mean)
    // Sxx 28, Sxy 25, Syy 28: slope 25/28, residue 28 - 625/28 with five degrees of freedom.
    expect(trend.slope).toBeCloseTo(25 / 28)
    const error = Math.sqrt((28 - 625 / 28) / 5 / 28)
    expect(trend.slopeMin).toBeCloseTo(25 / 28 - upperQuantile(5) * error)
  })

  it('sees no growth in noise', () => {
    const random = new SeededRandom(1)
    const grown = Array.from({ length: 1000 }, () =>
      trendOf(
        pointsOf(200, () => 100 + 20 * random.next()),
        mean,
      ),
    ).filter(({ slopeMin }) => slopeMin > 0)
    expect(grown.length).toBeLessThanOrEqual(5)
  })

  it('sees a leak below a saw that is ten times as high', () => {
    const random = new SeededRandom(1)
    const saw = (minute: number) => 50 * ((minute * 1.7) % 1) + 5 * random.next()
    const leaking = trendOf(
      pointsOf(200, (minute) => 100 + minute / 2 + saw(minute)),
      lowest,
    )
    expect(leaking.slope).toBeCloseTo(0.5, 0)
    expect(leaking.slopeMin).toBeGreaterThan(0)
    expect(trendOf(pointsOf(200, saw), lowest).slopeMin).toBeLessThan(0)
  })

  it('refuses too few points', () => {
    expect(() =>
      trendOf(
        pointsOf(6, () => 1),
        mean,
      ),
    ).toThrow(RangeError)
  })
})
