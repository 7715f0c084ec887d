import type { PolicyMatch, PolicyTarget } from './policy-target.ts'
import type { ResourceIdentity } from './resource-identity.ts'

/** Which answers are kept, for whom and for how long. For each call one policy applies. */
export interface CachePolicySettings extends ResourceIdentity {
  readonly targets: readonly PolicyTarget[]
  readonly match: PolicyMatch
  readonly ttlMs: number
  /** Who shares answers. */
  readonly scope: 'Consumer' | 'Group' | 'Gateway'
  readonly cacheable: CacheableAnswers
  readonly store: CacheBounds
}

interface CacheableAnswers {
  /** Calls that ask for a higher one are not answered from the cache. */
  readonly maxTemperature: number
  readonly tools: 'Never' | 'Exact'
  /** The largest answer that is kept. */
  readonly maxBytes: number
}

/** How much is kept on each machine. */
export interface CacheBounds {
  readonly maxEntries: number
  readonly maxBytes: number
}
