import { collectDefaultMetrics, Registry } from 'prom-client'

/** The content of `/metrics`: process metrics from the start, and what the parts register. */
export function newMetricsRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
