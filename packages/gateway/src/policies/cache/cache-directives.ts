/** What a caller says in `Cache-Control` of the answer that it wants. */
export interface CacheDirectives {
  /** `no-store`: neither an answer that was kept, nor is this one to be kept. */
  readonly noStore: boolean
  /** `no-cache`: no answer that was kept. */
  readonly noCache: boolean
  /** `only-if-cached`: no model is to be asked. */
  readonly onlyIfCached: boolean
  /** `max-age`: how old an answer may be; undefined without a limit. */
  readonly maxAgeMs: number | undefined
}

const longestMs = Number.MAX_SAFE_INTEGER

/** Reads the header, in which what is unknown or malformed says nothing. */
export function readCacheDirectives(header: string | undefined): CacheDirectives {
  const given = new Map<string, string>()
  for (const part of (header ?? '').split(',')) {
    const [name = '', value = ''] = part.split('=', 2)
    given.set(name.trim().toLowerCase(), value.trim().replaceAll('"', ''))
  }
  const maxAge = given.get('max-age')
  const isNumber = maxAge !== undefined && /^\d+$/.test(maxAge)
  return {
    noStore: given.has('no-store'),
    noCache: given.has('no-cache'),
    onlyIfCached: given.has('only-if-cached'),
    maxAgeMs: isNumber ? Math.min(Number(maxAge) * 1000, longestMs) : undefined,
  }
}
