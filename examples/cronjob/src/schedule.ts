import { type CronMoments, parseCronSchedule } from '@fairlead/kube-core'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** The next 29 February is at most eight years away. */
const searchLimitMs = 8 * 366 * dayMs

/** @throws RangeError for a schedule that cannot be read, or that is not one of five fields */
export function parseSchedule(text: string): CronMoments {
  const schedule = parseCronSchedule(text)
  if (schedule.kind === 'moments') return schedule
  throw new RangeError('a schedule has five fields')
}

/** The first moment of the schedule after `afterMs`; undefined if there is none, as for 30 February. */
export function nextRun(schedule: CronMoments, afterMs: number): number | undefined {
  const endMs = afterMs + searchLimitMs
  let timeMs = (Math.floor(afterMs / minuteMs) + 1) * minuteMs
  while (timeMs < endMs) {
    const time = new Date(timeMs)
    if (!isDay(schedule, time)) timeMs = (Math.floor(timeMs / dayMs) + 1) * dayMs
    else if (schedule.hours.has(time.getUTCHours()) && schedule.minutes.has(time.getUTCMinutes())) {
      return timeMs
    } else timeMs += minuteMs
  }
  return undefined
}

/**
 * The last moment in `(afterMs, untilMs]`. It walks back from the end, so that it costs the same
 * after an hour and after a year.
 */
export function lastRun(
  schedule: CronMoments,
  afterMs: number,
  untilMs: number,
): number | undefined {
  let timeMs = Math.floor(untilMs / minuteMs) * minuteMs
  const startMs = Math.max(afterMs, untilMs - searchLimitMs)
  while (timeMs > startMs) {
    const time = new Date(timeMs)
    if (!isDay(schedule, time)) timeMs = Math.floor(timeMs / dayMs) * dayMs - minuteMs
    else if (schedule.hours.has(time.getUTCHours()) && schedule.minutes.has(time.getUTCMinutes())) {
      return timeMs
    } else timeMs -= minuteMs
  }
  return undefined
}

function isDay(schedule: CronMoments, time: Date): boolean {
  if (!schedule.months.has(time.getUTCMonth() + 1)) return false
  const ofMonth = schedule.daysOfMonth.has(time.getUTCDate())
  const ofWeek = schedule.daysOfWeek.has(time.getUTCDay())
  const either = !schedule.anyDayOfMonth && !schedule.anyDayOfWeek
  return either ? ofMonth || ofWeek : ofMonth && ofWeek
}
