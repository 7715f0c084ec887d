/** Something that `/metrics` shows. */
export interface Metric {
  /** Its lines in Prometheus' text format 0.0.4, each with its end. */
  expose(): string
}

/** How a metric is called and explained; the name and the help are Kubernetes', stability included. */
export interface MetricDescription {
  readonly name: string
  readonly help: string
}

/** One value of a metric. */
export interface Sample {
  /** `_bucket`, `_sum` or `_count` for those of a histogram. */
  readonly suffix?: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric with its samples, sorted as they come; nothing for one without samples, as Go's client. */
export function metricText(
  { name, help }: MetricDescription,
  type: 'counter' | 'gauge' | 'histogram',
  samples: readonly Sample[],
): string {
  if (samples.length === 0) return ''
  const lines = [`# HELP ${name} ${escapedHelp(help)}`, `# TYPE ${name} ${type}`]
  for (const { suffix = '', labels, value } of samples) {
    lines.push(`${name}${suffix}${labelText(labels)} ${numberText(value)}`)
  }
  return `${lines.join('\n')}\n`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedValue(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapedValue(text: string): string {
  return escapedHelp(text).replaceAll('"', '\\"')
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}
