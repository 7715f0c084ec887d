import type { UsageWindow } from '@fairlead/snapshot'
import { ZoneTime } from './zone-time.ts'

export type CalendarWindow = Extract<UsageWindow, { type: 'Calendar' }>

/** From `startMs`, inclusive, to `endMs`, exclusive: Unix milliseconds. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** No clock is further from UTC, now or in history. */
const offsetMaxMs = 16 * hourMs

/**
 * The window that holds an instant. Days, weeks (from Monday), months and years begin at the first
 * instant at which clocks show their date: at 1:00 where midnight is skipped. A date that a zone
 * skips has no window. Hours are those of the clock; where it is changed within an hour, that hour is
 * cut in two.
 */
export function calendarWindowAt({ period, timeZone }: CalendarWindow, atMs: number): Span {
  const zone = new ZoneTime(timeZone)
  return period === 'Hour' ? hourAt(zone, atMs) : periodAt(zone, period, atMs)
}

function hourAt(zone: ZoneTime, atMs: number): Span {
  const offset = zone.offsetMs(atMs)
  const startMs = Math.floor((atMs + offset) / hourMs) * hourMs - offset
  const endMs = startMs + hourMs
  return {
    startMs: zone.offsetMs(startMs) === offset ? startMs : zone.changeBetween(startMs, atMs),
    endMs: zone.offsetMs(endMs - 1) === offset ? endMs : zone.changeBetween(atMs, endMs - 1),
  }
}

type Period = Exclude<CalendarWindow['period'], 'Hour'>

function periodAt(zone: ZoneTime, period: Period, atMs: number): Span {
  let date = firstDateOf(period, atMs + zone.offsetMs(atMs))
  let next = nextDateOf(period, date)
  let startMs = firstInstantOf(zone, date)
  let endMs = firstInstantOf(zone, next)
  // Clocks that were turned back show an earlier date again; and a date may have no instant.
  while (atMs >= endMs) {
    date = next
    next = nextDateOf(period, date)
    startMs = endMs
    endMs = firstInstantOf(zone, next)
  }
  return { startMs, endMs }
}

/** Dates are midnights in UTC: what clocks show, without an offset. */
function firstDateOf(period: Period, localMs: number): number {
  const local = new Date(localMs)
  switch (period) {
    case 'Day':
      return Math.floor(localMs / dayMs) * dayMs
    case 'Week':
      return (Math.floor(localMs / dayMs) - ((local.getUTCDay() + 6) % 7)) * dayMs
    case 'Month':
      return dateOf(local.getUTCFullYear(), local.getUTCMonth())
    case 'Year':
      return dateOf(local.getUTCFullYear(), 0)
  }
}

function nextDateOf(period: Period, dateMs: number): number {
  const date = new Date(dateMs)
  switch (period) {
    case 'Day':
      return dateMs + dayMs
    case 'Week':
      return dateMs + 7 * dayMs
    case 'Month':
      return dateOf(date.getUTCFullYear(), date.getUTCMonth() + 1)
    case 'Year':
      return dateOf(date.getUTCFullYear() + 1, 0)
  }
}

function dateOf(year: number, month: number): number {
  // Date.UTC takes years below 100 for those of the last century.
  return new Date(0).setUTCFullYear(year, month, 1)
}

/** The first instant at which clocks show this date or a later one. */
function firstInstantOf(zone: ZoneTime, dateMs: number): number {
  let fromMs = dateMs - offsetMaxMs
  let offset = zone.offsetMs(fromMs)
  for (;;) {
    const toMs = fromMs + hourMs
    const nextOffset = zone.offsetMs(toMs)
    const changeMs = nextOffset === offset ? toMs : zone.changeBetween(fromMs, toMs)
    const instant = Math.max(fromMs, dateMs - offset)
    if (instant < changeMs) return instant
    if (changeMs + nextOffset >= dateMs) return changeMs
    fromMs = toMs
    offset = nextOffset
  }
}
