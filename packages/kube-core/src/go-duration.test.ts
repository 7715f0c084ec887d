import { describe, expect, it } from 'vitest'
import { formatGoDuration, parseGoDuration } from './go-duration.ts'

describe('a Go duration', () => {
  it.each([
    ['0', 0, '0s'],
    ['1h30m', 5_400_000, '1h30m0s'],
    ['1.5s', 1500, '1.5s'],
    ['300ms', 300, '300ms'],
    ['90s', 90_000, '1m30s'],
    ['-5s', -5000, '-5s'],
    ['1.5us', 0.0015, '1.5µs'],
    ['100h', 360_000_000, '100h0m0s'],
  ])('%s is %d ms', (text, ms, canonical) => {
    expect(parseGoDuration(text)).toBe(ms)
    expect(formatGoDuration(ms)).toBe(canonical)
  })

  it.each([
    ['5', 'time: missing unit in duration "5"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
    ['', 'time: invalid duration ""'],
    ['s', 'time: invalid duration "s"'],
    ['9999999h', 'time: invalid duration "9999999h"'],
  ])('rejects %j', (text, message) => {
    expect(() => parseGoDuration(text)).toThrow(message)
  })

  it('takes no longer than it must for a long text', () => {
    const started = performance.now()
    expect(() => parseGoDuration('1'.repeat(1_000_000))).toThrow('missing unit')
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
