import { expect, it } from 'vitest'
import { shiftedDecimal } from './decimals.ts'

it.each([
  ['0.00000015', 6, '0.15'],
  ['1.5e-7', 6, '0.15'],
  ['3e-06', 6, '3'],
  ['0.0000025', 6, '2.5'],
  ['0', 6, '0'],
  ['1e-12', 0, '0.000000000001'],
  ['100', 0, '100'],
  ['100.50', 0, '100.5'],
  ['2E3', 0, '2000'],
  ['.5', 0, '0.5'],
  ['1e-20', 6, '0'],
])('%s times ten to %i is %s', (text, power, decimal) => {
  expect(shiftedDecimal(text, power)).toBe(decimal)
})

it.each(['', '.', '-1', 'ten', '1e999', '1_000'])(
  '%j is no number from 0 that a decimal has',
  (text) => {
    expect(shiftedDecimal(text)).toBeUndefined()
  },
)
