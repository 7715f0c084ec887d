import { UsageError } from '../usage-error.ts'

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Ten years: more is a mistake. */
const timeMsMax = 3_653 * unitsMs.d

/** A time such as `90d`, `12h`, `30m` or `0s` in milliseconds. Throws a UsageError that names the flag. */
export function timeGiven(flag: string, text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const timeMs = Number(count) * (unitsMs[unit as keyof typeof unitsMs] ?? Number.NaN)
  if (timeMs <= timeMsMax) return timeMs
  throw new UsageError(
    `--${flag} is "${text}": expected a time such as 90d, 12h or 30m, of at most ten years`,
  )
}
