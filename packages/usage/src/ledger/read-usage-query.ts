import { ledgerDays } from './ledger.ts'
import { dayAfter, dayAt, daysBetween, isDay } from './usage-days.ts'

const defaultDays = 30

/** What is asked of the ledger cannot be answered; the message says what to give instead. */
export class UsageQueryError extends Error {
  override name = 'UsageQueryError'
  /** The parameter at fault, at most 64 characters. */
  readonly param: string

  constructor(param: string, message: string) {
    super(message)
    this.param = param
  }
}

/** Days, both included, and what the sums are told apart by. */
export interface AskedUsage<D extends string> {
  readonly from: string
  readonly to: string
  readonly by: readonly D[]
}

interface QueryForm<D extends string> {
  /** What may be asked for, in the order in which it is answered. */
  readonly dimensions: readonly D[]
  readonly defaults: readonly D[]
  /** Further parameters, which are not read here. */
  readonly parameters?: readonly string[]
}

/**
 * Reads `from`, `to` (days in UTC, by default the last 30) and `by` of a query, all of which come from
 * a caller. `nowMs` is Unix milliseconds. Throws UsageQueryError.
 */
export function readUsageQuery<D extends string>(
  query: URLSearchParams,
  { dimensions, defaults, parameters = [] }: QueryForm<D>,
  nowMs: number,
): AskedUsage<D> {
  const known = ['from', 'to', 'by', ...parameters]
  const unknown = [...query.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new UsageQueryError(unknown.slice(0, 64), `is not known here: use ${known.join(', ')}.`)
  }
  const to = readDay('to', query.get('to') ?? dayAt(nowMs))
  const from = readDay('from', query.get('from') ?? dayAfter(to, 1 - defaultDays))
  const days = daysBetween(from, to)
  if (days < 1) throw new UsageQueryError('from', `must not be later than to, ${to}.`)
  if (days > ledgerDays) {
    throw new UsageQueryError('from', `asks for ${days} days: ask for at most ${ledgerDays}.`)
  }
  return { from, to, by: readBy(query.get('by'), dimensions) ?? defaults }
}

function readDay(name: string, text: string): string {
  if (isDay(text)) return text
  throw new UsageQueryError(name, 'must be a day in UTC, such as 2026-01-31.')
}

function readBy<D extends string>(
  text: string | null,
  dimensions: readonly D[],
): readonly D[] | undefined {
  if (text === null) return undefined
  const asked = new Set(text.split(',').map((name) => name.trim()))
  const by = dimensions.filter((name) => asked.has(name))
  if (by.length === asked.size) return by
  throw new UsageQueryError('by', `must be some of ${dimensions.join(', ')}, separated by commas.`)
}
