import type { AttemptMetrics } from '../metrics/attempt-metrics.ts'
import type { CallRecord } from './call-record.ts'

/** Counts the attempts of a call, and whether another target answered than one that failed. */
export function countAttempts(
  { attempts, route }: CallRecord,
  metrics: AttemptMetrics,
  boundedName: (model: string) => string,
): void {
  for (const { provider, providerType, model, outcome } of attempts) {
    metrics.countAttempt(provider, providerType, boundedName(model), outcome)
  }
  if (attempts.length < 2) return
  const last = attempts.at(-1)
  const isFailover =
    last?.outcome === 'Success' && attempts.some(({ target }) => target !== last.target)
  if (isFailover) metrics.countFailover(route)
}
