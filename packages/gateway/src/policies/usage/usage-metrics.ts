import type { Registry } from 'prom-client'
import { Gauge } from 'prom-client'
import { Counter } from '../../metrics/counter.ts'
import { Histogram, type HistogramChild } from '../../metrics/histogram.ts'
import type { LimitClaim } from './claims.ts'

/** Buckets of the time that a store takes, in seconds. */
const storeBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
]

/**
 * What became of a call at a limit. `Refused`: 429; `Shadow`: it would have been; `Routed`: another
 * model was called; `Queued`: it waited; `PassedOver`: another target was asked;
 * `StoreUnavailable`: it could not be counted.
 */
type RefusalReason = 'Refused' | 'Shadow' | 'Routed' | 'Queued' | 'PassedOver' | 'StoreUnavailable'

/** The metrics of usage policies. Labels are names of resources and their limits. */
export class UsageMetrics {
  /** Only where a store had to be asked. */
  readonly storeSeconds: HistogramChild
  readonly #refusals: Counter<'policy' | 'limit' | 'reason'>
  readonly #crossed: Counter<'policy' | 'limit' | 'percent'>
  readonly #failures: Counter<'policy'>

  /** `queueLength` is the number of calls that wait now. */
  constructor(registry: Registry, queueLength: () => number) {
    this.#refusals = new Counter(registry, {
      name: 'fairlead_usage_refusals_total',
      help: 'Calls that did not fit into a limit, and what became of them.',
      labelNames: ['policy', 'limit', 'reason'],
    })
    this.#crossed = new Counter(registry, {
      name: 'fairlead_usage_threshold_crossed_total',
      help: 'Counters of a limit that have reached a percentage of warnAt, once in a window.',
      labelNames: ['policy', 'limit', 'percent'],
    })
    this.#failures = new Counter(registry, {
      name: 'fairlead_usage_expression_failures_total',
      help: 'Evaluations of a CEL expression of a UsagePolicy that failed; the policy holds.',
      labelNames: ['policy'],
    })
    this.storeSeconds = new Histogram(registry, {
      name: 'fairlead_usage_store_seconds',
      help: 'Seconds until the store of the counters had answered a call.',
      labelNames: [],
      buckets: storeBuckets,
    }).labels({})
    registry.registerMetric(
      new Gauge({
        name: 'fairlead_usage_queue_length',
        help: 'Calls that wait for room in a limit now.',
        registers: [],
        collect() {
          this.set(queueLength())
        },
      }),
    )
  }

  countRefusal(
    { limit, policy }: Pick<LimitClaim, 'limit' | 'policy'>,
    reason: RefusalReason,
  ): void {
    this.#refusals.labels({ policy: policy.key, limit: limit.name, reason }).inc()
  }

  countCrossed({ limit, policy }: LimitClaim, percent: number): void {
    this.#crossed.labels({ policy: policy.key, limit: limit.name, percent: String(percent) }).inc()
  }

  countExpressionFailure(policy: string): void {
    this.#failures.labels({ policy }).inc()
  }
}
