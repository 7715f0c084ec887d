import { expect, it } from 'vitest'

import { compareYamlKeys } from './yaml-key-order.ts'

it.each([
  ['a9', 'a10'],
  ['a1b', 'a01'],
  ['a', 'b'],
  ['1-', 'a'],
])('has %s before %s', (left, right) => {
  expect(compareYamlKeys(left, right)).toBeLessThan(0)
  expect(compareYamlKeys(right, left)).toBeGreaterThan(0)
})

it('compares long numbers in linear time', () => {
  const digits = '1'.repeat(300_000)
  expect(compareYamlKeys(`${digits}x2`, `${digits}x3`)).toBeLessThan(0)
  expect(compareYamlKeys(`${'0'.repeat(300_000)}2`, `${'0'.repeat(300_000)}3`)).toBeLessThan(0)
})
