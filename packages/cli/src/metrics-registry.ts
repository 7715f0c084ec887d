import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { programVersion } from './program-version.ts'

/**
 * The content of `/metrics`: metrics of the process and of its log from the start, and what the
 * parts register.
 */
export function newMetricsRegistry(log: { readonly droppedLines: number }): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const buildInfo = new Gauge({
    name: 'fairlead_build_info',
    help: 'Always 1; the labels say which version runs, and on which Node.js.',
    labelNames: ['version', 'node'],
    aggregator: 'first',
    registers: [],
  })
  buildInfo.set({ version: programVersion(), node: process.versions.node }, 1)
  registry.registerMetric(buildInfo)
  const droppedLines = new Counter({
    name: 'fairlead_log_lines_dropped_total',
    help: 'Log lines that were dropped because nobody read them fast enough.',
    registers: [],
    collect() {
      this.reset()
      this.inc(log.droppedLines)
    },
  })
  registry.registerMetric(droppedLines)
  return registry
}
