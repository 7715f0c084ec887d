import { SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { calendarWindowAt, type CalendarWindow } from './calendar-window.ts'
import { bucketAt, bucketFreeAtMs, bucketMs, oldestBucketAt } from './sliding-window.ts'
import { UsageWindows } from './usage-windows.ts'

const at = (text: string) => Date.parse(text)
const windowAt = (period: CalendarWindow['period'], timeZone: string, instant: string) => {
  const { startMs, endMs } = calendarWindowAt({ type: 'Calendar', period, timeZone }, at(instant))
  return [startMs, endMs].map((ms) => new Date(ms).toISOString().replace('.000Z', 'Z'))
}

describe('a calendar window', () => {
  it.each([
    ['Day', 'UTC', '2026-11-27T12:00:00Z', '2026-11-27T00:00:00Z', '2026-11-28T00:00:00Z'],
    // 23 and 25 hours.
    ['Day', 'Europe/Rome', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Day', 'Europe/Rome', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    // Midnight is skipped: the day begins at 1:00.
    [
      'Day',
      'America/Sao_Paulo',
      '2018-11-04T12:00:00Z',
      '2018-11-04T03:00:00Z',
      '2018-11-05T02:00:00Z',
    ],
    // Midnight is turned back by an hour: 23:00 comes twice.
    [
      'Day',
      'America/Sao_Paulo',
      '2018-02-18T02:30:00Z',
      '2018-02-17T02:00:00Z',
      '2018-02-18T03:00:00Z',
    ],
    // At 0:01, back to 23:01 of the day before: the new day has begun.
    [
      'Day',
      'America/St_Johns',
      '2010-11-07T02:45:00Z',
      '2010-11-07T02:30:00Z',
      '2010-11-08T03:30:00Z',
    ],
    // There is no 30 December 2011.
    ['Day', 'Pacific/Apia', '2011-12-30T09:00:00Z', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
    ['Day', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
    ['Day', 'Asia/Kolkata', '2026-11-27T18:29:59Z', '2026-11-26T18:30:00Z', '2026-11-27T18:30:00Z'],
    [
      'Hour',
      'Asia/Kolkata',
      '2026-11-27T18:29:59Z',
      '2026-11-27T17:30:00Z',
      '2026-11-27T18:30:00Z',
    ],
    ['Hour', 'Europe/Rome', '2026-10-25T01:30:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z'],
    // Half an hour is turned back.
    [
      'Hour',
      'Australia/Lord_Howe',
      '2026-04-04T15:10:00Z',
      '2026-04-04T15:00:00Z',
      '2026-04-04T15:30:00Z',
    ],
    ['Week', 'UTC', '2026-11-29T23:59:59Z', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['Week', 'UTC', '2026-11-30T00:00:00Z', '2026-11-30T00:00:00Z', '2026-12-07T00:00:00Z'],
    ['Month', 'Asia/Tokyo', '2028-02-29T14:59:59Z', '2028-01-31T15:00:00Z', '2028-02-29T15:00:00Z'],
    [
      'Year',
      'America/New_York',
      '2027-01-01T04:59:59Z',
      '2026-01-01T05:00:00Z',
      '2027-01-01T05:00:00Z',
    ],
  ] as const)('%s in %s at %s is from %s to %s', (period, zone, instant, start, end) => {
    expect(windowAt(period, zone, instant)).toEqual([start, end])
  })

  it('contains its instant, and the next one begins where it ends', () => {
    const random = new SeededRandom(11)
    const zones = Intl.supportedValuesOf('timeZone')
    const periods = ['Hour', 'Day', 'Week', 'Month', 'Year'] as const
    for (let round = 0; round < 300; round++) {
      const window = {
        type: 'Calendar',
        period: random.pick(periods),
        timeZone: random.pick(zones),
      } as const
      const instant = at('1900-01-01T00:00:00Z') + random.below(150 * 365) * 86_400_000
      const atMs = instant + random.below(86_400_000)
      const first = calendarWindowAt(window, atMs)
      const what = `${window.period} ${window.timeZone} ${new Date(atMs).toISOString()}`
      expect(first.startMs, what).toBeLessThanOrEqual(atMs)
      expect(first.endMs, what).toBeGreaterThan(atMs)
      expect(calendarWindowAt(window, first.startMs), what).toEqual(first)
      expect(calendarWindowAt(window, first.endMs - 1), what).toEqual(first)
      expect(calendarWindowAt(window, first.endMs).startMs, what).toBe(first.endMs)
    }
  })

  it('is looked up again only when it has ended', () => {
    const windows = new UsageWindows()
    const window = { type: 'Calendar', period: 'Day', timeZone: 'Europe/Rome' } as const
    const first = windows.span(window, at('2026-11-27T12:00:00Z'))
    expect(windows.span(window, at('2026-11-27T22:59:59Z'))).toBe(first)
    expect(windows.span(window, at('2026-11-27T23:00:00Z'))).not.toBe(first)
    expect(windows.usedSlot(window, at('2026-11-27T23:00:00Z'))).toBe(first.endMs)
    expect(windows.leaseSlot(window, at('2026-11-27T23:00:00Z'))).toBe(first.endMs)
  })
})

describe('a sliding window', () => {
  it.each([
    [1000, 100, 11],
    [60_000, 1000, 61],
    [3_600_000, 60_000, 61],
    [2_678_400_000, 44_640_000, 61],
    [6_007, 101, 61],
  ])('of %d ms has buckets of %d ms, and counts %d of them', (everyMs, lengthMs, count) => {
    expect(bucketMs(everyMs)).toBe(lengthMs)
    const nowMs = at('2026-11-27T12:34:56Z')
    const buckets = (bucketAt(everyMs, nowMs) - oldestBucketAt(everyMs, nowMs)) / lengthMs + 1
    expect(buckets).toBe(count)
  })

  it('counts a bucket until no interval of its length reaches into it', () => {
    const random = new SeededRandom(5)
    for (let round = 0; round < 2000; round++) {
      const everyMs = 1000 + random.below(100_000)
      const usedMs = random.below(10_000_000)
      const bucket = bucketAt(everyMs, usedMs)
      const freeMs = bucketFreeAtMs(everyMs, bucket)
      expect(freeMs).toBeGreaterThan(usedMs + everyMs)
      expect(oldestBucketAt(everyMs, freeMs - 1)).toBe(bucket)
      expect(oldestBucketAt(everyMs, freeMs)).toBeGreaterThan(bucket)
    }
  })

  it('has one place for all leases', () => {
    const windows = new UsageWindows()
    expect(windows.leaseSlot({ type: 'Sliding', everyMs: 60_000 }, 123_456)).toBe(0)
    expect(windows.usedSlot({ type: 'Sliding', everyMs: 60_000 }, 123_456)).toBe(123_000)
    expect(windows.usedSlot(undefined, 123_456)).toBe(0)
  })
})
