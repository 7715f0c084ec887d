const SECOND_MS = 1000
const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
const DAY_S = 24 * HOUR_S
const YEAR_S = 365 * DAY_S

/** A span of time as kubectl shows ages: two units at most, fewer the longer it is. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / SECOND_MS)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * MINUTE_S) return `${seconds}s`
  if (seconds < 10 * MINUTE_S) return units(seconds, MINUTE_S, 'm', 1, 's')
  if (seconds < 3 * HOUR_S) return `${Math.trunc(seconds / MINUTE_S)}m`
  if (seconds < 8 * HOUR_S) return units(seconds, HOUR_S, 'h', MINUTE_S, 'm')
  if (seconds < 2 * DAY_S) return `${Math.trunc(seconds / HOUR_S)}h`
  if (seconds < 8 * DAY_S) return units(seconds, DAY_S, 'd', HOUR_S, 'h')
  if (seconds < 2 * YEAR_S) return `${Math.trunc(seconds / DAY_S)}d`
  if (seconds < 8 * YEAR_S) return units(seconds, YEAR_S, 'y', DAY_S, 'd')
  return `${Math.trunc(seconds / YEAR_S)}y`
}

/** How long ago an RFC 3339 moment was, or `<unknown>` when there is none. */
export function humanAge(moment: unknown, nowMs: number): string {
  if (typeof moment !== 'string') return '<unknown>'
  const momentMs = Date.parse(moment)
  return Number.isNaN(momentMs) ? '<invalid>' : humanDuration(nowMs - momentMs)
}

function units(
  seconds: number,
  large: number,
  largeUnit: string,
  small: number,
  smallUnit: string,
): string {
  const rest = Math.trunc((seconds % large) / small)
  const head = `${Math.trunc(seconds / large)}${largeUnit}`
  return rest === 0 ? head : `${head}${rest}${smallUnit}`
}
