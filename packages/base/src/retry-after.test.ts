import { describe, expect, it } from 'vitest'
import { readRetryAfterSeconds } from './retry-after.ts'

const now = Date.parse('2026-11-22T16:00:00Z')

describe('readRetryAfterSeconds', () => {
  it.each<[string, Record<string, string | string[]>, number | undefined]>([
    ['nothing', {}, undefined],
    ['seconds', { 'retry-after': '20' }, 20],
    ['milliseconds first', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1.5],
    ['a fraction', { 'retry-after': '0.25' }, 0.25],
    ['a date', { 'retry-after': 'Sun, 22 Nov 2026 16:00:30 GMT' }, 30],
    ['a past date', { 'retry-after': 'Sun, 22 Nov 2026 15:00:30 GMT' }, 0],
    ['a repeated header', { 'retry-after': ['3', '4'] }, 3],
    ['a number beyond all numbers', { 'retry-after': '9'.repeat(400) }, 2 ** 31 - 1],
    ['milliseconds without end', { 'retry-after-ms': '9'.repeat(40) }, 2 ** 31 - 1],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
  ])('reads %s', (_, headers, seconds) => {
    expect(readRetryAfterSeconds(headers, now)).toBe(seconds)
  })
})
