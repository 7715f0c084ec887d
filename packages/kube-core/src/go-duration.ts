const unitNs: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

const durationPattern = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const partPattern = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g

/** The largest duration that Go can express: 2^63 - 1 nanoseconds, about 292 years. */
const durationMsMax = (2 ** 63 - 1) / 1e6

/**
 * Parses `1h30m`, `1.5s`, `300ms`, `-5s` into milliseconds. Throws a `RangeError` with Go's wording
 * when the string is not a duration; only `0` needs no unit.
 */
export function parseGoDuration(text: string): number {
  if (!durationPattern.test(text)) throw new RangeError(describeProblem(text))
  let ns = 0
  for (const [, amount = '', unit = ''] of text.matchAll(partPattern)) {
    ns += wholeNs(amount, unitNs[unit] ?? 0)
  }
  const ms = ns / 1e6
  if (ms > durationMsMax) throw new RangeError(`time: invalid duration ${JSON.stringify(text)}`)
  return text.startsWith('-') && ms !== 0 ? -ms : ms
}

/** Whole nanoseconds; finer fractions are truncated. */
function wholeNs(amount: string, unit: number): number {
  const [whole = '', fraction = ''] = amount.split('.')
  const rest = Number(fraction || '0') * (unit / 10 ** fraction.length)
  return Number(whole || '0') * unit + Math.trunc(rest)
}

function describeProblem(text: string): string {
  const quoted = JSON.stringify(text)
  const number =
    /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+(?:\.\d*)?|\.\d+)(.*)$/
  const unit = /^[^\d.]*/.exec(number.exec(text)?.[1] ?? '')?.[0]
  if (number.test(text) && unit === '') return `time: missing unit in duration ${quoted}`
  if (unit) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
  return `time: invalid duration ${quoted}`
}

/** Formats milliseconds as Go prints a duration: `1h30m0s`, `1.5s`, `300ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  const ns = BigInt(Math.round(Math.abs(ms) * 1e6))
  if (ns === 0n) return '0s'
  const sign = ms < 0 ? '-' : ''
  if (ns < 1_000n) return `${sign}${ns}ns`
  if (ns < 1_000_000n) return `${sign}${withFraction(ns, 3)}µs`
  if (ns < 1_000_000_000n) return `${sign}${withFraction(ns, 6)}ms`
  const minutes = ns / 60_000_000_000n
  const seconds = `${withFraction(ns % 60_000_000_000n, 9)}s`
  if (minutes === 0n) return sign + seconds
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}

/** An integer divided by a power of ten, without trailing zeros. */
function withFraction(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits)
  const fraction = (value % scale).toString().padStart(digits, '0').replace(/0+$/, '')
  return fraction === '' ? `${value / scale}` : `${value / scale}.${fraction}`
}
