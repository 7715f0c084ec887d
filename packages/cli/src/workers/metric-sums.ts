import type { MetricFamily, MetricValue } from '../worker-messages/messages.ts'

/**
 * The metrics of several processes as one. Counters and histograms are added up; a gauge follows its
 * aggregator, and `omit` or none leaves the first process's value alone.
 */
export function sumMetrics(processes: readonly (readonly MetricFamily[])[]): MetricFamily[] {
  const byName = new Map<string, MetricFamily[]>()
  for (const families of processes) {
    for (const family of families) {
      const found = byName.get(family.name)
      if (found === undefined) byName.set(family.name, [family])
      else found.push(family)
    }
  }
  return [...byName.values()].map(sumFamily)
}

/** What stays when a process is gone, so that no counter goes down. */
export function withoutGauges(families: readonly MetricFamily[]): MetricFamily[] {
  return families.filter(isCumulative)
}

function sumFamily(families: readonly MetricFamily[]): MetricFamily {
  const [first] = families
  if (first === undefined) throw new Error('a family has at least one member')
  const combine = isCumulative(first) ? sum : combinations[first.aggregator ?? 'sum']
  if (families.length === 1 || combine === undefined) return first
  const series = Map.groupBy(
    families.flatMap(({ values }) => values),
    seriesKey,
  )
  const values = [...series.values()].map((found) => ({
    ...found[0],
    value: combine(found.map(({ value }) => value)),
  })) as MetricValue[]
  return { ...first, values }
}

function isCumulative({ type }: MetricFamily): boolean {
  return type === 'counter' || type === 'histogram'
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

const combinations: Readonly<Record<string, ((values: readonly number[]) => number) | undefined>> =
  {
    sum,
    min: (values) => Math.min(...values),
    max: (values) => Math.max(...values),
    average: (values) => sum(values) / values.length,
  }

function seriesKey({ metricName, labels }: MetricValue): string {
  const sorted = Object.keys(labels).toSorted()
  return JSON.stringify([metricName, ...sorted.map((name) => [name, labels[name]])])
}
