import { describe, expect, it } from 'vitest'
import { canonicalQuantity } from './canonical-quantity.ts'
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

  it.each([
    ['9'.repeat(1_000_000), 2n ** 63n - 1n],
    [`1${'0'.repeat(90_000)}e-90000`, 1n],
    [`0.${'0'.repeat(200_000)}1`, 0n],
    [`1.5${'0'.repeat(200_000)}Ki`, 1536n],
    [`-1${'0'.repeat(1_000_000)}1`, -(2n ** 63n - 1n)],
  ])('takes no time for many digits: %#', (text, value) => {
    const { nano } = parseQuantity(text)
    expect(nano / 10n ** 9n).toBe(value)
    expect(nano % 10n ** 9n).toBe(text.startsWith('0.') ? 1n : 0n)
  })

  it('rounds up for any digit, however far behind', () => {
    const digits = `1.5${'0'.repeat(500)}`
    expect(parseQuantity(`${digits}1`).nano).toBe(1_500_000_001n)
    expect(parseQuantity(`${digits}0`).nano).toBe(1_500_000_000n)
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

describe('canonicalQuantity', () => {
  it.each([
    [`${'0'.repeat(20_000)}!`, undefined],
    [`${'9'.repeat(20_000)}!`, undefined],
    [`${'0'.repeat(20_000)}1000`, '1k'],
    [`1${'0'.repeat(20_000)}1`, `1${'0'.repeat(20_000)}1`],
  ])('takes linear time for many digits: %#', (text, expected) => {
    if (expected === undefined) expect(() => canonicalQuantity(text)).toThrow('quantities must')
    else expect(canonicalQuantity(text)).toBe(expected)
  })
})
