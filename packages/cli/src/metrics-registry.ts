import { collectDefaultMetrics, Registry } from 'prom-client'

/** What `/metrics` shows: the process itself from the start, and what the parts declare in it. */
export function newMetricsRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
