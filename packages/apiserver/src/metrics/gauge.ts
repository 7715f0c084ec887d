import { metricText, type Metric, type MetricDescription, type Sample } from './exposition.ts'

/** A gauge, or a counter of somebody else's, that is read when it is asked for. */
export function readMetric(
  description: MetricDescription,
  type: 'counter' | 'gauge',
  read: () => readonly Sample[],
): Metric {
  return { expose: () => metricText(description, type, read()) }
}
