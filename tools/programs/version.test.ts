import { describe, expect, it } from 'vitest'
import { isAtLeast } from './version.ts'

describe('isAtLeast', () => {
  it.each([
    ['1.32.0', '1.32.0', true],
    ['1.32.4', '1.32', true],
    ['1.100.0', '1.32.0', true],
    ['2.0', '1.32.0', true],
    ['1.31.9', '1.32.0', false],
    ['1.32', '1.32.1', false],
  ])('%s against %s', (version, oldest, expected) => {
    expect(isAtLeast(version, oldest)).toBe(expected)
  })
})
