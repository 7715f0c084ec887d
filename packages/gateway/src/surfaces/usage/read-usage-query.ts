import { invalidField } from '@fairlead/llm'
import {
  dayAfter,
  dayAt,
  daysBetween,
  isDay,
  ledgerDays,
  type UsageDimensions,
} from '@fairlead/usage'

/** What callers may tell their own figures apart by. */
const dimensions = [
  'day',
  'model',
  'provider',
  'prompt',
] as const satisfies readonly (keyof UsageDimensions)[]

export type ShownDimension = (typeof dimensions)[number]

const parameters = ['from', 'to', 'by']
const defaultDays = 30

/** What a caller asks of its own usage. */
export interface AskedUsage {
  readonly from: string
  readonly to: string
  readonly by: readonly ShownDimension[]
}

/**
 * Reads `from`, `to` (days in UTC, both included; by default the last 30) and `by`. Throws a 400 for
 * what cannot be answered.
 */
export function readUsageQuery(query: URLSearchParams, nowMs: number): AskedUsage {
  for (const name of query.keys()) {
    if (!parameters.includes(name)) {
      throw invalidField(name.slice(0, 64), `is not known here: use ${parameters.join(', ')}.`)
    }
  }
  const today = dayAt(nowMs)
  const to = readDay('to', query.get('to') ?? today)
  const from = readDay('from', query.get('from') ?? dayAfter(to, 1 - defaultDays))
  const days = daysBetween(from, to)
  if (days < 1) throw invalidField('from', `must not be later than to, ${to}.`)
  if (days > ledgerDays)
    throw invalidField('from', `asks for ${days} days: ask for at most ${ledgerDays}.`)
  return { from, to, by: readBy(query.get('by')) }
}

function readDay(name: string, text: string): string {
  if (isDay(text)) return text
  throw invalidField(name, 'must be a day in UTC, such as 2026-01-31.')
}

function readBy(text: string | null): readonly ShownDimension[] {
  if (text === null) return ['day', 'model']
  const asked = new Set(text.split(',').map((name) => name.trim()))
  const by = dimensions.filter((name) => asked.has(name))
  if (by.length === asked.size) return by
  throw invalidField('by', `must be some of ${dimensions.join(', ')}, separated by commas.`)
}
