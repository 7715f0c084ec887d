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
  readonly names: ReadonlySet<string>
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
  const namesOf = new Map(
    counted.map((what) => [
      what,
      {
        limit: nameOf(what, 'limit'),
        remaining: nameOf(what, 'remaining'),
        reset: nameOf(what, 'reset'),
      },
    ]),
  )
  return {
    names: new Set(counted.flatMap((what) => fields.map((field) => nameOf(what, field)))),
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
    write(limits, nowMs) {
      const headers: string[] = []
      for (const { what, limit, remaining, resetMs } of limits) {
        const names = namesOf.get(what)
        if (names === undefined) continue
        if (limit !== undefined) headers.push(names.limit, limit)
        if (remaining !== undefined) headers.push(names.remaining, remaining)
        if (resetMs !== undefined) headers.push(names.reset, form.writeReset(resetMs, nowMs))
      }
      return headers
    },
  }
}

function digits(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,18}$/.test(text) ? text : undefined
}
