import type { UsageWindow } from '@fairlead/snapshot'
import { calendarWindowAt, type CalendarWindow, type Span } from './calendar-window.ts'
import { bucketAt } from './sliding-window.ts'

/** Of calendar windows, so many are remembered. */
const rememberedMax = 4096

/** Places in time that counters count in, as Unix milliseconds. Remembers the present windows. */
export class UsageWindows {
  /** By period, then by zone. */
  readonly #spans = new Map<CalendarWindow['period'], Map<string, Span>>()

  /**
   * Where what is reserved now counts: the start of the calendar window, or of the bucket of a
   * sliding one. 0 for what has no window.
   */
  usedSlot(window: UsageWindow | undefined, nowMs: number): number {
    if (window === undefined) return 0
    return window.type === 'Sliding'
      ? bucketAt(window.everyMs, nowMs)
      : this.span(window, nowMs).startMs
  }

  /**
   * What a lease belongs to: a calendar window, with which it ends. A lease of a sliding window is
   * part of every one until it is used: 0.
   */
  leaseSlot(window: UsageWindow | undefined, nowMs: number): number {
    return window?.type === 'Calendar' ? this.span(window, nowMs).startMs : 0
  }

  span(window: CalendarWindow, atMs: number): Span {
    const byZone = this.#spans.get(window.period) ?? new Map<string, Span>()
    this.#spans.set(window.period, byZone)
    const known = byZone.get(window.timeZone)
    if (known !== undefined && atMs >= known.startMs && atMs < known.endMs) return known
    const span = calendarWindowAt(window, atMs)
    if (known === undefined && byZone.size >= rememberedMax) byZone.clear()
    byZone.set(window.timeZone, span)
    return span
  }
}
