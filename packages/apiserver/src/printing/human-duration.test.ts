import { describe, expect, it } from 'vitest'

import { humanAge, humanDuration } from './human-duration.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('humanDuration', () => {
  it.each([
    [-2 * SECOND, '<invalid>'],
    [-1 * SECOND, '0s'],
    [0, '0s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [5 * MINUTE + 30 * SECOND, '5m30s'],
    [10 * MINUTE + 59 * SECOND, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR + 5 * MINUTE, '3h5m'],
    [8 * HOUR + 59 * MINUTE, '8h'],
    [2 * DAY + 3 * HOUR, '2d3h'],
    [9 * DAY, '9d'],
    [2 * 365 * DAY + 10 * DAY, '2y10d'],
    [9 * 365 * DAY, '9y'],
  ])('%i ms are %s', (durationMs, expected) => {
    expect(humanDuration(durationMs)).toBe(expected)
  })
})

describe('humanAge', () => {
  it('tells a missing moment from a wrong one', () => {
    expect(humanAge(undefined, 0)).toBe('<unknown>')
    expect(humanAge('yesterday', 0)).toBe('<invalid>')
    expect(humanAge('1970-01-01T00:00:00Z', 5 * SECOND)).toBe('5s')
  })
})
