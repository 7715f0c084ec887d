/** How Grafana writes numbers: its names of units. */
type Unit =
  'short' | 'none' | 'reqps' | 'ops' | 's' | 'bytes' | 'percentunit' | 'currencyUSD' | 'locale'

/** One line of a panel, or several that the legend tells apart. */
export interface Query {
  /** PromQL; `$job` and the like are the dashboard's variables. */
  readonly expr: string
  /** What a line is called, with `{{label}}`; empty for the only line. */
  readonly legend: string
}

/** One panel of a dashboard. */
export interface Panel {
  /** A number, its course, or what came together over the time that is shown. */
  readonly type: 'stat' | 'timeseries' | 'table'
  readonly title: string
  /** What it tells, for whoever does not know the metric. */
  readonly description?: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  readonly stacked?: boolean
}

/** A chart over time. */
export function chart(
  title: string,
  unit: Unit,
  queries: readonly Query[],
  more: Pick<Panel, 'description' | 'stacked'> = {},
): Panel {
  return { type: 'timeseries', title, unit, queries, ...more }
}

/** The present value of one query. */
export function stat(title: string, unit: Unit, expr: string, description?: string): Panel {
  const queries = [{ expr, legend: '' }]
  return { type: 'stat', title, unit, queries, ...(description !== undefined && { description }) }
}

/** What one query has for the time that is shown, a row for each series. */
export function table(title: string, unit: Unit, expr: string, description?: string): Panel {
  const queries = [{ expr, legend: '' }]
  return { type: 'table', title, unit, queries, ...(description !== undefined && { description }) }
}
