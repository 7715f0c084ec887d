const secondMs = 1000
const minuteS = 60
const hourS = 60 * minuteS
const dayS = 24 * hourS
const yearS = 365 * dayS

/** A span of time as kubectl shows ages: two units at most, fewer the longer it is. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / secondMs)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 2 * minuteS) return `${seconds}s`
  if (seconds < 10 * minuteS) return units(seconds, minuteS, 'm', 1, 's')
  if (seconds < 3 * hourS) return `${Math.trunc(seconds / minuteS)}m`
  if (seconds < 8 * hourS) return units(seconds, hourS, 'h', minuteS, 'm')
  if (seconds < 2 * dayS) return `${Math.trunc(seconds / hourS)}h`
  if (seconds < 8 * dayS) return units(seconds, dayS, 'd', hourS, 'h')
  if (seconds < 2 * yearS) return `${Math.trunc(seconds / dayS)}d`
  if (seconds < 8 * yearS) return units(seconds, yearS, 'y', dayS, 'd')
  return `${Math.trunc(seconds / yearS)}y`
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
