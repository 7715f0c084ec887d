import { describe, expect, it } from 'vitest'
import { maximum, median, minimum, quantile, spread } from './quantile.ts'

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

describe('quantile', () => {
  it.each([
    [hundred, 0, 1],
    [hundred, 0.5, 50],
    [hundred, 0.99, 99],
    [hundred, 0.999, 100],
    [hundred, 1, 100],
    [[7], 0.99, 7],
    [[2, 1], 0.5, 1],
  ])('takes the nearest rank', (values, part, expected) => {
    expect(quantile(values, part)).toBe(expected)
  })

  it('is not a number without values', () => {
    expect([quantile([], 0.5), median([]), minimum([]), maximum([])]).toEqual([NaN, NaN, NaN, NaN])
  })
})

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[5], 5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })
})

describe('spread', () => {
  it.each([
    [[9, 10, 11], 0.2],
    [[10], 0],
    [[0, 0], 0],
    [[-11, -10, -9], 0.2],
  ])('of %j is %d of the median', (values, expected) => {
    expect(spread(values)).toBeCloseTo(expected)
  })
})
