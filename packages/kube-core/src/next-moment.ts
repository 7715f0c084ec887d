import type { CronMoments, CronSchedule } from './cron-schedule.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** A schedule that matches no day of so many years matches none: the 30th of February. */
const daysMax = 5 * 366

/**
 * When a schedule is due next, strictly after a moment; undefined when never. Milliseconds since the
 * epoch, in the schedule's time zone if it names one, else in `timeZone`.
 */
export function nextMoment(
  schedule: CronSchedule,
  afterMs: number,
  timeZone: string,
): number | undefined {
  if (schedule.kind === 'interval') {
    return afterMs - (afterMs % 1000) + schedule.everyMs
  }
  const zone = schedule.timeZone ?? timeZone
  const local = toLocal(afterMs, zone)
  const first = local - (local % minuteMs) + minuteMs
  const firstDay = Math.floor(first / dayMs) * dayMs
  for (let day = 0; day < daysMax; day++) {
    const dayStart = firstDay + day * dayMs
    if (!matchesDay(schedule, new Date(dayStart))) continue
    for (const wallMs of momentsOf(schedule, dayStart)) {
      if (wallMs < first) continue
      const moment = fromLocal(wallMs, zone)
      // A moment that clocks skip is not there.
      if (moment !== undefined && moment > afterMs) return moment
    }
  }
  return undefined
}

function momentsOf({ hours, minutes }: CronMoments, dayStart: number): readonly number[] {
  const sorted = (values: ReadonlySet<number>): number[] => [...values].toSorted((a, b) => a - b)
  return sorted(hours).flatMap((hour) =>
    sorted(minutes).map((minute) => dayStart + (hour * 60 + minute) * minuteMs),
  )
}

function matchesDay(schedule: CronMoments, date: Date): boolean {
  if (!schedule.months.has(date.getUTCMonth() + 1)) return false
  const ofMonth = schedule.daysOfMonth.has(date.getUTCDate())
  const ofWeek = schedule.daysOfWeek.has(date.getUTCDay())
  const isEither = !schedule.anyDayOfMonth && !schedule.anyDayOfWeek
  return isEither ? ofMonth || ofWeek : ofMonth && ofWeek
}

/** What a clock on the wall shows, as if it were UTC. */
function toLocal(moment: number, zone: string): number {
  if (zone === 'UTC' || zone === '') return moment
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const parts = new Map(
    format.formatToParts(new Date(moment)).map(({ type, value }) => [type, Number(value)]),
  )
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  return Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
}

function fromLocal(wallMs: number, zone: string): number | undefined {
  let moment = wallMs
  for (let attempt = 0; attempt < 3; attempt++) {
    const difference = wallMs - toLocal(moment, zone)
    if (difference === 0) return moment
    moment += difference
  }
  return undefined
}
