import { describe, expect, it } from 'vitest'

import { humanAge, humanDuration } from './human-duration.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('humanDuration', () => {
  it.each([
    [-2 * second, '<invalid>'],
    [-1 * second, '0s'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [5 * minute + 30 * second, '5m30s'],
    [10 * minute + 59 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour + 5 * minute, '3h5m'],
    [8 * hour + 59 * minute, '8h'],
    [2 * day + 3 * hour, '2d3h'],
    [9 * day, '9d'],
    [2 * 365 * day + 10 * day, '2y10d'],
    [9 * 365 * day, '9y'],
  ])('%i ms are %s', (durationMs, expected) => {
    expect(humanDuration(durationMs)).toBe(expected)
  })
})

describe('humanAge', () => {
  it('tells a missing moment from a wrong one', () => {
    expect(humanAge(undefined, 0)).toBe('<unknown>')
    expect(humanAge('yesterday', 0)).toBe('<invalid>')
    expect(humanAge('1970-01-01T00:00:00Z', 5 * second)).toBe('5s')
  })
})
