/** What is left of one of the account's limits. */
export interface RateLimit {
  /** What is counted: `requests`, `tokens`, `input-tokens` and the like, as both vendors call it. */
  readonly what: string
  /** A whole number in digits; undefined if it is not told. */
  readonly limit: string | undefined
  /** A whole number in digits; undefined if it is not told. */
  readonly remaining: string | undefined
  /** When it is full again, in wall milliseconds since the epoch; undefined if it is not told. */
  readonly resetMs: number | undefined
}

/** The headers of an answer, by their names in lower case. */
export interface HeaderLookup {
  get(name: string): string | undefined
}

/** How a vendor's headers tell of its limits. `nowMs` is wall time, for what they tell relative to it. */
export interface RateLimitHeaders {
  /** Every name that such a header can have; in lower case. */
  readonly names: readonly string[]
  read(headers: HeaderLookup, nowMs: number): readonly RateLimit[]
  /** Flat list: name, value, name, value. What the vendor has no name for is left out. */
  write(limits: readonly RateLimit[], nowMs: number): readonly string[]
}

/** A vendor's names and its form of a time. */
interface RateLimitForm {
  /** What is counted. */
  readonly counted: readonly string[]
  readonly nameOf: (what: string, field: 'limit' | 'remaining' | 'reset') => string
  /** The time in milliseconds since the epoch; undefined for what is none. */
  readReset(text: string, nowMs: number): number | undefined
  writeReset(resetMs: number, nowMs: number): string
}

const fields = ['limit', 'remaining', 'reset'] as const

export function rateLimitHeaders(form: RateLimitForm): RateLimitHeaders {
  const { counted, nameOf } = form
  return {
    names: counted.flatMap((what) => fields.map((field) => nameOf(what, field))),
    read: (headers, nowMs) =>
      counted.flatMap((what) => {
        const text = (field: (typeof fields)[number]) => headers.get(nameOf(what, field))?.trim()
        const limit = digits(text('limit'))
        const remaining = digits(text('remaining'))
        const reset = text('reset')
        const resetMs = reset === undefined ? undefined : form.readReset(reset, nowMs)
        return [limit, remaining, resetMs].some((value) => value !== undefined)
          ? [{ what, limit, remaining, resetMs }]
          : []
      }),
    write: (limits, nowMs) =>
      limits.flatMap(({ what, limit, remaining, resetMs }) => {
        if (!counted.includes(what)) return []
        const reset = resetMs === undefined ? undefined : form.writeReset(resetMs, nowMs)
        const values = { limit, remaining, reset }
        return fields.flatMap((field) => {
          const value = values[field]
          return value === undefined ? [] : [nameOf(what, field), value]
        })
      }),
  }
}

function digits(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,18}$/.test(text) ? text : undefined
}
