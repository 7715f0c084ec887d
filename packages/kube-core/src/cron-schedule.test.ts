import { expect, it } from 'vitest'

import { parseCronSchedule } from './cron-schedule.ts'

it('a schedule is the set of its minutes', () => {
  expect(parseCronSchedule('*/20 9-17/4 1,15 jan-MAR *')).toEqual({
    kind: 'moments',
    minutes: new Set([0, 20, 40]),
    hours: new Set([9, 13, 17]),
    daysOfMonth: new Set([1, 15]),
    months: new Set([1, 2, 3]),
    daysOfWeek: new Set([0, 1, 2, 3, 4, 5, 6]),
    anyDayOfMonth: false,
    anyDayOfWeek: true,
  })
})

it.each([
  ['@daily', { minutes: new Set([0]), hours: new Set([0]), anyDayOfMonth: true }],
  ['5/30 * * * sun', { minutes: new Set([5, 35]), daysOfWeek: new Set([0]) }],
  ['@every 1h30m', { kind: 'interval', everyMs: 5_400_000 }],
  ['CRON_TZ=Europe/Berlin 0 6 * * ?', { timeZone: 'Europe/Berlin', anyDayOfWeek: true }],
])('%s', (schedule, parsed) => {
  expect(parseCronSchedule(schedule)).toMatchObject(parsed)
})

it.each([
  ['', 'empty spec string'],
  ['no-such-value', 'expected exactly 5 fields, found 1: [no-such-value]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['9-5 * * * *', 'beginning of range (9) beyond end of range (5): 9-5'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@never', 'unrecognized descriptor: @never'],
  ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
  ['TZ=Nowhere 0 0 * * *', 'provided bad location Nowhere: unknown time zone Nowhere'],
])('%j is refused: %s', (schedule, problem) => {
  expect(() => parseCronSchedule(schedule)).toThrow(new RangeError(problem))
})
