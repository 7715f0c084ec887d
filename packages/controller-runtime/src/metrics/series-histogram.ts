import type { Histogram, Metric, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string>>
type Collected = Awaited<ReturnType<Histogram['get']>>

/** The observations of one set of labels. */
export interface HistogramSeries {
  observe(value: number): void
}

interface SeriesHistogramOptions {
  readonly name: string
  readonly help: string
  /** Upper bounds, ascending; that of infinity is added. */
  readonly buckets: readonly number[]
  readonly registers: readonly Registry[]
}

class Series implements HistogramSeries {
  readonly labels: Labels
  readonly #bounds: readonly number[]
  /** How many were in each bucket and in none below it; the last is that of infinity. */
  #counts: number[] = []
  #sum = 0

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels
    this.#bounds = bounds
    this.reset()
  }

  reset(): void {
    this.#counts = Array.from({ length: this.#bounds.length + 1 }, () => 0)
    this.#sum = 0
  }

  observe(value: number): void {
    let bucket = 0
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? Infinity)) bucket += 1
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += value
  }

  *values(name: string): Generator<Collected['values'][number]> {
    const { labels } = this
    let count = 0
    for (const [bucket, inBucket] of this.#counts.entries()) {
      count += inBucket
      const le = this.#bounds[bucket] ?? '+Inf'
      yield { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
    }
    yield { metricName: `${name}_sum`, labels, value: this.#sum }
    yield { metricName: `${name}_count`, labels, value: count }
  }
}

/**
 * A histogram for a prom-client registry whose series are kept by those who observe: an observation
 * then costs no look-up by labels.
 */
export class SeriesHistogram {
  readonly name: string
  readonly help: string
  readonly type = 'histogram'
  readonly aggregator = 'sum'
  readonly #bounds: readonly number[]
  readonly #series = new Map<string, Series>()

  constructor({ name, help, buckets, registers }: SeriesHistogramOptions) {
    this.name = name
    this.help = help
    this.#bounds = buckets
    // Of a metric, a registry uses these properties, `get` and `reset`.
    for (const registry of registers) registry.registerMetric(this as unknown as Metric)
  }

  /** The series of the labels, which appears at once, with zeros; the same for the same labels. */
  series(labels: Labels): HistogramSeries {
    const key = JSON.stringify(labels, Object.keys(labels).toSorted())
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const made = new Series(labels, this.#bounds)
    this.#series.set(key, made)
    return made
  }

  /** All series begin at zero again. */
  reset(): void {
    for (const series of this.#series.values()) series.reset()
  }

  async get(): Promise<Omit<Collected, 'type' | 'collect'> & { readonly type: string }> {
    const { name, help, type, aggregator } = this
    const values = [...this.#series.values()].flatMap((series) => [...series.values(name)])
    return Promise.resolve({ name, help, type, aggregator, values })
  }
}
