import { expect, it } from 'vitest'
import { compareDecimals, decimalSum } from './decimal-sum.ts'

it.each([
  [[], '0'],
  [['1', '2'], '3'],
  [['0.1', '0.2'], '0.3'],
  [['0.000000001', '8999999.999999999'], '9000000'],
  [['9000000000000000', '9000000000000000'], '18000000000000000'],
  [['x', '-1', '1e3', '1'], '1'],
])('the sum of %j is %s', (decimals, sum) => {
  expect(decimalSum(decimals)).toBe(sum)
})

it('decimals are compared by their values', () => {
  expect(compareDecimals('10', '9')).toBe(1)
  expect(compareDecimals('0.10', '0.1')).toBe(0)
  expect(compareDecimals('0.000000001', '0.000000002')).toBe(-1)
})
