/** Whether a call was answered from the cache. */
export interface CacheNote {
  /** `namespace/name` of the CachePolicy. */
  readonly policy: string
  readonly result: 'hit' | 'miss' | 'bypass'
  /** Of a bypass. */
  readonly reason?: string
  /** Of a hit: how old the answer is, in seconds. */
  readonly ageSeconds?: number
}

/** `hit; age=12`, `miss` or `bypass; reason=tools`, for headers and spans. */
export function cacheText({ ageSeconds, reason, result }: CacheNote): string {
  if (ageSeconds !== undefined) return `${result}; age=${ageSeconds}`
  return reason === undefined ? result : `${result}; reason=${reason}`
}
