import type { Query } from './panel.ts'

/** A metric of the jobs that the dashboard shows, with further matchers such as `status="5xx"`. */
export function metric(name: string, matchers = ''): string {
  return `${name}{job=~"$job"${matchers === '' ? '' : `, ${matchers}`}}`
}

/** How fast a counter grows, a second. */
export function rate(name: string, matchers = ''): string {
  return `rate(${metric(name, matchers)}[$__rate_interval])`
}

/** The sum of it by labels; of everything without. */
export function sum(expression: string, ...labels: readonly string[]): string {
  return labels.length === 0
    ? `sum(${expression})`
    : `sum by (${labels.join(', ')}) (${expression})`
}

/** By how much a counter has grown in the time that is shown, by labels, the largest first. */
export function total(name: string, ...labels: readonly string[]): string {
  return `sort_desc(${sum(`increase(${metric(name)}[$__range])`, ...labels)} > 0)`
}

/**
 * The same for a counter of rare events, whose series begins with the first of them, which `increase`
 * does not see. By series, so that a replica that has gone takes nothing away.
 */
export function appeared(name: string, ...labels: readonly string[]): string {
  const series = metric(name)
  const begun = `${series} unless last_over_time(${series}[1h] offset $__range)`
  return `sort_desc(${sum(`(${begun}) or increase(${series}[$__range])`, ...labels)} > 0)`
}

/** A quantile of a histogram, by labels. */
export function quantile(
  share: number,
  histogram: string,
  matchers = '',
  ...labels: readonly string[]
): string {
  const buckets = sum(rate(`${histogram}_bucket`, matchers), ...labels, 'le')
  return `histogram_quantile(${share}, ${buckets})`
}

/** The median, and what one in 20 and one in 100 exceed. */
export function quantiles(histogram: string, matchers = ''): readonly Query[] {
  return [0.5, 0.95, 0.99].map((share) => ({
    expr: quantile(share, histogram, matchers),
    legend: `p${share * 100}`,
  }))
}
