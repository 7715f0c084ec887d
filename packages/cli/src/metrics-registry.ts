import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { programVersion } from './program-version.ts'
import type { UncaughtErrorCount } from './uncaught-errors.ts'

/** What a process counts by itself. */
interface ProcessCounts {
  readonly log: { readonly droppedLines: number }
  readonly uncaughtErrors: UncaughtErrorCount
}

/**
 * The content of `/metrics`: metrics of the process, of its log and of its failures from the start,
 * and what the parts register.
 */
export function newMetricsRegistry({ log, uncaughtErrors }: ProcessCounts): Registry {
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
  const counted = [
    {
      name: 'fairlead_log_lines_dropped_total',
      help: 'Log lines that were dropped because nobody read them fast enough.',
      count: () => log.droppedLines,
    },
    {
      name: 'fairlead_uncaught_errors_total',
      help: 'Errors that nothing caught: logged, and the process went on.',
      count: () => uncaughtErrors.count,
    },
  ]
  for (const metric of counted) registry.registerMetric(counterOf(metric))
  return registry
}

/** A counter of what is counted elsewhere. */
function counterOf(counted: { name: string; help: string; count: () => number }): Counter {
  const { name, help, count } = counted
  return new Counter({
    name,
    help,
    registers: [],
    collect() {
      this.reset()
      this.inc(count())
    },
  })
}
