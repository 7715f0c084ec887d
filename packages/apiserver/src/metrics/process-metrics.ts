import type { Metric } from './exposition.ts'
import { readMetric } from './gauge.ts'

/** What the process takes, under the names of Prometheus' clients. */
export function processMetrics(nowMs: () => number): readonly Metric[] {
  const one = (value: number) => [{ labels: {}, value }]
  return [
    readMetric(
      {
        name: 'process_cpu_seconds_total',
        help: 'Total user and system CPU time spent in seconds.',
      },
      'counter',
      () => {
        const { user, system } = process.cpuUsage()
        return one((user + system) / 1e6)
      },
    ),
    readMetric(
      { name: 'process_resident_memory_bytes', help: 'Resident memory size in bytes.' },
      'gauge',
      () => one(process.memoryUsage.rss()),
    ),
    readMetric(
      {
        name: 'process_start_time_seconds',
        help: 'Start time of the process since unix epoch in seconds.',
      },
      'gauge',
      () => one(Math.round(nowMs() / 1_000 - process.uptime())),
    ),
    readMetric(
      {
        name: 'nodejs_heap_size_used_bytes',
        help: 'Process heap size used from Node.js in bytes.',
      },
      'gauge',
      () => one(process.memoryUsage().heapUsed),
    ),
  ]
}
