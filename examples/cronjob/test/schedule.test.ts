import { describe, expect, it } from 'vitest'

import { lastRun, nextRun, parseSchedule } from '../src/schedule.ts'

const at = (time: string) => Date.parse(time)
const shown = (ms: number | undefined) => ms && new Date(ms).toISOString()

describe('a schedule', () => {
  it.each([
    ['*/5 * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:05:00.000Z'],
    ['0 3 * * *', '2026-01-01T03:00:00Z', '2026-01-02T03:00:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
    ['0 0 30 2 *', '2026-01-01T00:00:00Z', undefined],
  ])('%s comes after %s at %s', (text, after, next) => {
    expect(shown(nextRun(parseSchedule(text), at(after)))).toBe(next)
  })

  it.each([
    ['*/5 * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:12:30Z', '2026-01-01T00:10:00.000Z'],
    ['*/5 * * * *', '2026-01-01T00:10:00Z', '2026-01-01T00:12:30Z', undefined],
    ['0 3 * * *', '2020-01-01T00:00:00Z', '2026-01-02T02:00:00Z', '2026-01-01T03:00:00.000Z'],
  ])('%s came last between %s and %s at %s', (text, after, until, last) => {
    expect(shown(lastRun(parseSchedule(text), at(after), at(until)))).toBe(last)
  })

  it('says what is wrong with it', () => {
    expect(() => parseSchedule('60 * * * *')).toThrow('end of range (60) above maximum (59): 60')
  })
})
