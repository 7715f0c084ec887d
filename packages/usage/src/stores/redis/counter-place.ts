import { type Counter, type CounterView } from '../../counters/counter.ts'
import { bucketAt, bucketFreeAtMs, bucketMs, oldestBucketAt } from '../../windows/sliding-window.ts'
import type { UsageWindows } from '../../windows/usage-windows.ts'

/** Where a counter stands in Redis, and what scripts have to know of its window. */
export interface CounterPlace {
  /** Its key without the prefix; of a calendar window, that of one window. */
  readonly name: string
  /** Where what is reserved now counts. */
  readonly slot: number
  /** Of a sliding window, how long its buckets are; 0 for others. */
  readonly bucketMs: number
  /** Of a sliding window, the oldest bucket that counts; 0 for others. */
  readonly oldest: number
  /** Unix milliseconds after which nobody asks for it. */
  readonly expiresAtMs: number
}

/** What is reported late finds its window for so long after it has ended. */
const keptMs = 3_600_000
/** What runs has no window: for so long nothing of it begins or ends. */
const idleMs = 24 * 3_600_000

/** Now, or of a report, at the slot that it names. */
export function placeOf(
  { key, window }: Counter,
  windows: UsageWindows,
  nowMs: number,
  slot?: number,
): CounterPlace {
  if (window === undefined) {
    return { name: `r:${key}`, slot: 0, bucketMs: 0, oldest: 0, expiresAtMs: nowMs + idleMs }
  }
  if (window.type === 'Calendar') {
    const { startMs, endMs } = windows.span(window, slot ?? nowMs)
    return {
      name: `c:${window.period}/${startMs}:${key}`,
      slot: startMs,
      bucketMs: 0,
      oldest: 0,
      // A report may be the first in a window that has ended long ago.
      expiresAtMs: Math.max(endMs, nowMs) + keptMs,
    }
  }
  const { everyMs } = window
  const lengthMs = bucketMs(everyMs)
  return {
    name: `s:${everyMs}/${lengthMs}:${key}`,
    slot: slot ?? bucketAt(everyMs, nowMs),
    bucketMs: lengthMs,
    oldest: oldestBucketAt(everyMs, nowMs),
    expiresAtMs: nowMs + everyMs + lengthMs + keptMs,
  }
}

/** The key of the counter that has a name in Redis. */
export function counterKeyOf(name: string): string {
  if (name.startsWith('r:')) return name.slice(2)
  return name.slice(name.indexOf(':', 2) + 1)
}

/** What scripts reply of a counter, at `from`: used, reserved, unsettled, newest bucket. */
export function viewOf(
  counter: Counter,
  reply: readonly number[],
  from: number,
  windows: UsageWindows,
  nowMs: number,
): CounterView {
  const [used = 0, reserved = 0, unsettled = 0, newest = 0] = reply.slice(from, from + 4)
  const { window } = counter
  let resetsAtMs: number | undefined
  if (window?.type === 'Calendar') {
    resetsAtMs = windows.span(window, nowMs).endMs
  } else if (window !== undefined) {
    const last = reserved > 0 ? bucketAt(window.everyMs, nowMs) : newest
    resetsAtMs = last === 0 ? nowMs : bucketFreeAtMs(window.everyMs, last)
  }
  return { counter, used, reserved, unsettled, resetsAtMs }
}
