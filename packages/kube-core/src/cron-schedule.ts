import { parseGoDuration } from './go-duration.ts'

/** When something happens: at minutes that match, or once in a while. */
export type CronSchedule = CronMoments | { readonly kind: 'interval'; readonly everyMs: number }

/** The minutes whose parts are in all of the sets. */
export interface CronMoments {
  readonly kind: 'moments'
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  /** From 1. */
  readonly daysOfMonth: ReadonlySet<number>
  /** From 1. */
  readonly months: ReadonlySet<number>
  /** From Sunday, which is 0. */
  readonly daysOfWeek: ReadonlySet<number>
  /** When neither kind of day is `*`, a day that is in one of the two sets is enough. */
  readonly anyDayOfMonth: boolean
  readonly anyDayOfWeek: boolean
  /** From `TZ=…` or `CRON_TZ=…` before the schedule. */
  readonly timeZone?: string
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const bounds: readonly [Bounds, Bounds, Bounds, Bounds, Bounds] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
]

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const every = '@every '

/**
 * Parses the schedule of a CronJob: five fields, a descriptor such as `@daily`, or `@every 1h30m`. As
 * ParseStandard of the library that Kubernetes uses.
 * @throws RangeError in its words
 */
export function parseCronSchedule(text: string): CronSchedule {
  if (text === '') throw new RangeError('empty spec string')
  const zone = /^(?:CRON_)?TZ=([^ ]*)(.*)$/s.exec(text)
  const timeZone = zone?.[1]
  const schedule = zone === null ? text : (zone[2] ?? '').trim()
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    throw new RangeError(`provided bad location ${timeZone}: unknown time zone ${timeZone}`)
  }
  if (schedule.startsWith(every)) return interval(schedule)
  const moments = parseMoments(schedule.startsWith('@') ? fieldsOf(schedule) : schedule)
  return timeZone === undefined ? moments : { ...moments, timeZone }
}

function fieldsOf(descriptor: string): string {
  const fields = Object.hasOwn(descriptors, descriptor) ? descriptors[descriptor] : undefined
  if (fields === undefined) throw new RangeError(`unrecognized descriptor: ${descriptor}`)
  return fields
}

function interval(descriptor: string): CronSchedule {
  try {
    const ms = parseGoDuration(descriptor.slice(every.length))
    // No less than a second, and no part of one.
    return { kind: 'interval', everyMs: Math.max(1000, ms - (ms % 1000)) }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new RangeError(`failed to parse duration ${descriptor}: ${detail}`)
  }
}

function parseMoments(schedule: string): CronMoments {
  const fields = schedule.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== 5) {
    throw new RangeError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = bounds.map((each, index) =>
    parseField(fields[index] ?? '', each),
  ) as [Field, Field, Field, Field, Field]
  return {
    kind: 'moments',
    minutes: minute.values,
    hours: hour.values,
    daysOfMonth: dayOfMonth.values,
    months: month.values,
    daysOfWeek: dayOfWeek.values,
    anyDayOfMonth: dayOfMonth.isAny,
    anyDayOfWeek: dayOfWeek.isAny,
  }
}

interface Field {
  readonly values: ReadonlySet<number>
  readonly isAny: boolean
}

function parseField(field: string, each: Bounds): Field {
  const values = new Set<number>()
  let isAny = false
  for (const expression of field.split(',').filter((part) => part !== '')) {
    const { start, end, step, isStar } = parseRange(expression, each)
    isAny ||= isStar
    for (let value = start; value <= end; value += step) values.add(value)
  }
  return { values, isAny }
}

interface Range {
  readonly start: number
  readonly end: number
  readonly step: number
  readonly isStar: boolean
}

function parseRange(expression: string, { min, max, names }: Bounds): Range {
  const [range = '', stepText, ...more] = expression.split('/')
  const [low = '', high, ...others] = range.split('-')
  const isWhole = low === '*' || low === '?'
  const start = isWhole ? min : parseValue(low, names)
  if (!isWhole && others.length > 0) throw new RangeError(`too many hyphens: ${expression}`)
  let end = isWhole ? max : high === undefined ? start : parseValue(high, names)
  if (more.length > 0) throw new RangeError(`too many slashes: ${expression}`)
  const step = stepText === undefined ? 1 : parseNumber(stepText)
  if (stepText !== undefined && high === undefined) end = max
  if (start < min) {
    throw new RangeError(`beginning of range (${start}) below minimum (${min}): ${expression}`)
  }
  if (end > max) {
    throw new RangeError(`end of range (${end}) above maximum (${max}): ${expression}`)
  }
  if (start > end) {
    const detail = `beginning of range (${start}) beyond end of range (${end}): ${expression}`
    throw new RangeError(detail)
  }
  if (step === 0) {
    throw new RangeError(`step of range should be a positive number: ${expression}`)
  }
  return { start, end, step, isStar: isWhole && step === 1 }
}

function parseValue(text: string, names: readonly string[] | undefined): number {
  const index = names?.indexOf(text.toLowerCase()) ?? -1
  if (index < 0) return parseNumber(text)
  return names?.length === 12 ? index + 1 : index
}

function parseNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    const detail = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
    throw new RangeError(`failed to parse int from ${text}: ${detail}`)
  }
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    const detail = `strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`
    throw new RangeError(`failed to parse int from ${text}: ${detail}`)
  }
  if (value < 0) throw new RangeError(`negative number (${value}) not allowed: ${text}`)
  return value
}

/** Whether the IANA's database has a time zone. */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC') return true
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
