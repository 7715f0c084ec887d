import { describe, expect, it } from 'vitest'
import { dollarsOf, nanodollarsMax, nanodollarsOf } from './nanodollars.ts'

describe('an amount of money', () => {
  it.each([
    ['0', 0],
    ['500.00', 500_000_000_000],
    ['0.000000001', 1],
    ['0.0000000005', 1],
    ['0.00000000049', 0],
    ['9000000', nanodollarsMax],
  ])('%s is %d nanodollars', (dollars, nanodollars) => {
    expect(nanodollarsOf(dollars)).toBe(nanodollars)
  })

  it.each(['', '-1', '1e3', '.5', '1.', '0x1', ' 1', '9000000.000000001', '1,5'])(
    'is not %j',
    (dollars) => {
      expect(() => nanodollarsOf(dollars)).toThrow(RangeError)
    },
  )

  it.each(['0', '0.000000001', '0.15', '12.5', '500', '9000000'])(
    '%s is shown as it was',
    (text) => {
      expect(dollarsOf(nanodollarsOf(text))).toBe(text)
    },
  )
})
