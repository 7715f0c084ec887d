import { describe, expect, it } from 'vitest'
import { compareQuantity, formatQuantity, parseQuantity } from './quantity.ts'

describe('parseQuantity', () => {
  it.each([
    ['500m', 0.5, '500m'],
    ['0.1', 0.1, '100m'],
    ['1.5Gi', 1_610_612_736, '1536Mi'],
    ['1024Ki', 1_048_576, '1Mi'],
    ['1e3', 1000, '1e3'],
    ['1E', 1e18, '1E'],
    ['2000k', 2_000_000, '2M'],
    ['-1.5', -1.5, '-1500m'],
    ['0.1n', 1e-9, '1n'],
    ['0', 0, '0'],
  ])('reads %s', (text, value, canonical) => {
    const quantity = parseQuantity(text)
    expect(quantity.value).toBe(value)
    expect(formatQuantity(quantity)).toBe(canonical)
  })

  it.each(['', '1 Gi', '1.2.3', 'x', '+', '--1'])('rejects %j', (text) => {
    expect(() => parseQuantity(text)).toThrow('quantities must match the regular expression')
  })

  it.each(['1K', '1mi', '1e', '1e999999999'])('rejects the suffix of %j', (text) => {
    expect(() => parseQuantity(text)).toThrow("unable to parse quantity's suffix")
  })
})

it('compares amounts, not texts', () => {
  expect(compareQuantity(parseQuantity('1000m'), parseQuantity('1'))).toBe(0)
  expect(compareQuantity(parseQuantity('1Ki'), parseQuantity('1k'))).toBe(1)
  expect(compareQuantity(parseQuantity('-1'), parseQuantity('0'))).toBe(-1)
})
