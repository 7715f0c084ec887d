import { kinds } from '@fairlead/config'
import { CacheNotStartedError, type Manager } from '@fairlead/controller-runtime'
import type { TypedObject } from '@fairlead/kube-core'
import { Gauge, type Registry } from 'prom-client'

interface Condition {
  readonly type: string
  readonly status: string
}

interface WithConditions extends TypedObject {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

/**
 * Registers how many resources of each kind have each condition with each status, counted at each
 * scrape from what the cache has. Which ones these are is not told, so that there are as many series
 * with ten resources as with ten thousand.
 */
export function countConditions(registry: Registry, cache: Pick<Manager['cache'], 'list'>): void {
  registry.registerMetric(
    new Gauge({
      name: 'fairlead_resource_conditions',
      help: 'Resources by kind whose condition has this status.',
      labelNames: ['kind', 'condition', 'status'],
      aggregator: 'first',
      registers: [],
      collect() {
        this.reset()
        for (const { type } of kinds) {
          for (const { status } of listed(cache, type)) {
            for (const condition of status?.conditions ?? []) {
              this.inc({ kind: type.kind, condition: condition.type, status: condition.status })
            }
          }
        }
      },
    }),
  )
}

/** Nothing before the manager has started. */
function listed(
  cache: Pick<Manager['cache'], 'list'>,
  type: (typeof kinds)[number]['type'],
): readonly WithConditions[] {
  try {
    return cache.list(type)
  } catch (error) {
    if (error instanceof CacheNotStartedError) return []
    throw error
  }
}
