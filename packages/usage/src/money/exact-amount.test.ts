import { describe, expect, it } from 'vitest'
import { roundedSum } from './exact-amount.ts'
import { nanodollarsMax } from './nanodollars.ts'

describe('a sum of exact amounts', () => {
  it.each([
    [[], 0],
    [[{ digits: 5n, places: 1 }], 1],
    [[{ digits: 49n, places: 2 }], 0],
    [
      [
        { digits: 4n, places: 1 },
        { digits: 4n, places: 1 },
      ],
      1,
    ],
    [
      [
        { digits: 4n, places: 1 },
        { digits: 9n, places: 2 },
      ],
      0,
    ],
    [
      [
        { digits: 4n, places: 1 },
        { digits: 10n, places: 2 },
      ],
      1,
    ],
    [
      [
        { digits: 3n, places: 0 },
        { digits: 25n, places: 2 },
      ],
      3,
    ],
    [[{ digits: 10n ** 30n, places: 2 }], nanodollarsMax],
  ])('is rounded once, half up: %o', (amounts, nanodollars) => {
    expect(roundedSum(amounts)).toBe(nanodollars)
  })
})
