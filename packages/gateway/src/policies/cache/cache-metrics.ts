import type { Registry } from 'prom-client'
import type { CacheNote } from '../../call/cache-note.ts'
import { Counter } from '../../metrics/counter.ts'

/** What CachePolicies come to. */
export class CacheMetrics {
  readonly #asked: Counter<'policy' | 'result'>
  readonly #saved: Counter<'policy'>
  readonly #bytes: Counter<'policy'>
  readonly #failed: Counter<'policy'>

  constructor(registry: Registry) {
    this.#asked = new Counter(registry, {
      name: 'fairlead_cache_requests_total',
      help: 'Calls that a CachePolicy is for, by what came of it: hit, miss or bypass.',
      labelNames: ['policy', 'result'],
    })
    this.#saved = new Counter(registry, {
      name: 'fairlead_cache_saved_cost_usd_total',
      help: 'US dollars that answers from the cache had cost when they were made.',
      labelNames: ['policy'],
      divisor: 1e9,
    })
    this.#bytes = new Counter(registry, {
      name: 'fairlead_cache_stored_bytes_total',
      help: 'Bytes of answers that were put into the cache.',
      labelNames: ['policy'],
    })
    this.#failed = new Counter(registry, {
      name: 'fairlead_cache_expression_failures_total',
      help: 'Evaluations of the cel of a CachePolicy that failed; the policy holds.',
      labelNames: ['policy'],
    })
  }

  asked({ policy, result }: CacheNote): void {
    this.#asked.labels({ policy, result }).inc()
  }

  saved(policy: string, nanodollars: number): void {
    this.#saved.labels({ policy }).inc(nanodollars)
  }

  kept(policy: string, bytes: number): void {
    this.#bytes.labels({ policy }).inc(bytes)
  }

  expressionFailed(policy: string): void {
    this.#failed.labels({ policy }).inc()
  }
}
