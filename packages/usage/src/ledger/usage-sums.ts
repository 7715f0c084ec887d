import {
  type UsageAnswer,
  type UsageDimensions,
  type UsageEntry,
  usageEntriesMax,
  type UsageQuery,
  type UsageSums,
} from './ledger.ts'
import { splitGroups } from './joined-groups.ts'

/** In the order in which they are shown. */
export const usageDimensions = [
  'day',
  'tenant',
  'consumer',
  'model',
  'provider',
  'prompt',
  'groups',
] as const satisfies readonly (keyof UsageDimensions)[]

/** The same for what is added up. */
export const usageFigures = [
  'calls',
  'failedCalls',
  'inputTokens',
  'cachedInputTokens',
  'outputTokens',
  'reasoningTokens',
  'nanodollars',
  'unpricedCalls',
  'durationMs',
  'durationSquares',
  'ratings',
  'ratingThousandths',
  'ratingSquares',
] as const satisfies readonly (keyof UsageSums)[]

export const noUsage: UsageSums = Object.freeze({
  calls: 0,
  failedCalls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  nanodollars: 0,
  unpricedCalls: 0,
  durationMs: 0,
  durationSquares: 0,
  ratings: 0,
  ratingThousandths: 0,
  ratingSquares: 0,
})

/** Both together; each number stays a safe integer. */
export function addUsage(one: UsageSums, other: UsageSums): UsageSums {
  return {
    calls: add(one.calls, other.calls),
    failedCalls: add(one.failedCalls, other.failedCalls),
    inputTokens: add(one.inputTokens, other.inputTokens),
    cachedInputTokens: add(one.cachedInputTokens, other.cachedInputTokens),
    outputTokens: add(one.outputTokens, other.outputTokens),
    reasoningTokens: add(one.reasoningTokens, other.reasoningTokens),
    nanodollars: add(one.nanodollars, other.nanodollars),
    unpricedCalls: add(one.unpricedCalls, other.unpricedCalls),
    durationMs: add(one.durationMs, other.durationMs),
    durationSquares: add(one.durationSquares, other.durationSquares),
    ratings: add(one.ratings, other.ratings),
    ratingThousandths: add(one.ratingThousandths, other.ratingThousandths),
    ratingSquares: add(one.ratingSquares, other.ratingSquares),
  }
}

/** Sums that grow in place. */
export type GrowingUsage = { -readonly [Figure in keyof UsageSums]: UsageSums[Figure] }

/** Adds to `sums`; each number stays a safe integer. */
export function increase(sums: GrowingUsage, more: UsageSums): void {
  sums.calls = add(sums.calls, more.calls)
  sums.failedCalls = add(sums.failedCalls, more.failedCalls)
  sums.inputTokens = add(sums.inputTokens, more.inputTokens)
  sums.cachedInputTokens = add(sums.cachedInputTokens, more.cachedInputTokens)
  sums.outputTokens = add(sums.outputTokens, more.outputTokens)
  sums.reasoningTokens = add(sums.reasoningTokens, more.reasoningTokens)
  sums.nanodollars = add(sums.nanodollars, more.nanodollars)
  sums.unpricedCalls = add(sums.unpricedCalls, more.unpricedCalls)
  sums.durationMs = add(sums.durationMs, more.durationMs)
  sums.durationSquares = add(sums.durationSquares, more.durationSquares)
  sums.ratings = add(sums.ratings, more.ratings)
  sums.ratingThousandths = add(sums.ratingThousandths, more.ratingThousandths)
  sums.ratingSquares = add(sums.ratingSquares, more.ratingSquares)
}

function add(one: number, other: number): number {
  return Math.min(one + other, Number.MAX_SAFE_INTEGER)
}

/** The answer to a query, from all entries that may matter; those that do not are left out. */
export function answerUsage(entries: Iterable<UsageEntry>, query: UsageQuery): UsageAnswer {
  const summary = new UsageSummary(query)
  for (const entry of entries) summary.add(entry)
  return summary.answer()
}

/** Far more than an answer shows, so that it shows the first ones, unless there are very many. */
const sumsMax = 10 * usageEntriesMax

/** The same, for entries that come one after the other. */
export class UsageSummary {
  readonly #query: UsageQuery
  readonly #sums = new Map<string, UsageEntry>()
  #total = noUsage
  #isCut = false

  constructor(query: UsageQuery) {
    this.#query = query
  }

  add(entry: UsageEntry): void {
    if (!isAsked(entry, this.#query)) return
    this.#total = addUsage(this.#total, entry)
    const dimensions = onlyDimensions(entry, this.#query.by)
    const key = dimensionKey(dimensions)
    const known = this.#sums.get(key)
    if (known === undefined && this.#sums.size >= sumsMax) {
      this.#isCut = true
      return
    }
    this.#sums.set(key, { ...dimensions, ...addUsage(known ?? noUsage, entry) })
  }

  answer(): UsageAnswer {
    const { by } = this.#query
    const ordered = [...this.#sums.values()].toSorted((one, other) => compare(one, other, by))
    return {
      entries: ordered.slice(0, usageEntriesMax),
      total: this.#total,
      isCut: this.#isCut || ordered.length > usageEntriesMax,
    }
  }
}

/** Entries with equal dimensions have one key, and no others. */
export function dimensionKey(dimensions: UsageDimensions): string {
  const { day, tenant, consumer, model, provider, prompt, groups } = dimensions
  return `${day}\u0000${tenant}\u0000${consumer}\u0000${model}\u0000${provider}\u0000${prompt}\u0000${groups}`
}

function onlyDimensions(
  entry: UsageDimensions,
  by: readonly (keyof UsageDimensions)[],
): UsageDimensions {
  const only = (name: keyof UsageDimensions) => (by.includes(name) ? entry[name] : '')
  return {
    day: only('day'),
    tenant: only('tenant'),
    consumer: only('consumer'),
    model: only('model'),
    provider: only('provider'),
    prompt: only('prompt'),
    groups: only('groups'),
  }
}

function isAsked(entry: UsageEntry, query: UsageQuery): boolean {
  const { from, to, tenant, consumer, namespace, group } = query
  if (entry.day < from || entry.day > to) return false
  if (tenant !== undefined && entry.tenant !== tenant) return false
  if (consumer !== undefined && entry.consumer !== consumer) return false
  if (namespace !== undefined && !entry.consumer.startsWith(`${namespace}/`)) return false
  return group === undefined || splitGroups(entry.groups).includes(group)
}

function compare(
  one: UsageDimensions,
  other: UsageDimensions,
  by: readonly (keyof UsageDimensions)[],
): number {
  for (const name of by) {
    if (one[name] !== other[name]) return one[name] < other[name] ? -1 : 1
  }
  return 0
}
