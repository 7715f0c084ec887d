import type { Registry } from 'prom-client'

/** Observes the values of one label combination. */
export interface HistogramChild {
  observe(value: number): void
}

/**
 * A Prometheus histogram whose label combinations are resolved once, not on every call: observing
 * costs an array search and three additions. It is exposed through a prom-client Registry.
 */
export class Histogram<Label extends string> {
  readonly #labelNames: readonly Label[]
  readonly #bounds: readonly number[]
  readonly #children = new Map<string, Series<Label>>()

  constructor(
    registry: Registry,
    options: {
      readonly name: string
      readonly help: string
      readonly labelNames: readonly Label[]
      /** Upper bounds in ascending order, without +Inf. */
      readonly buckets: readonly number[]
    },
  ) {
    this.#labelNames = options.labelNames
    this.#bounds = options.buckets
    registry.registerMetric({
      name: options.name,
      help: options.help,
      type: 'histogram',
      aggregator: 'sum',
      get: () => Promise.resolve(this.#read(options)),
      getForPromString: () => Promise.resolve(this.#read(options)),
      reset: () => this.#children.clear(),
    } as unknown as Parameters<Registry['registerMetric']>[0])
  }

  labels(labels: Readonly<Record<Label, string>>): HistogramChild {
    const key = this.#labelNames.map((name) => labels[name]).join('\u0000')
    let series = this.#children.get(key)
    if (series === undefined) {
      series = new Series(labels, this.#bounds)
      this.#children.set(key, series)
    }
    return series
  }

  #read(options: { readonly name: string; readonly help: string }) {
    const values = [...this.#children.values()].flatMap((series) => series.read(options.name))
    return { name: options.name, help: options.help, type: 'histogram', aggregator: 'sum', values }
  }
}

class Series<Label extends string> implements HistogramChild {
  readonly #labels: Readonly<Record<Label, string>>
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0
  #count = 0

  constructor(labels: Readonly<Record<Label, string>>, bounds: readonly number[]) {
    this.#labels = labels
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    let index = 0
    while (index < this.#bounds.length && value > (this.#bounds[index] ?? Infinity)) index += 1
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += value
    this.#count += 1
  }

  read(name: string) {
    let cumulative = 0
    const buckets = [...this.#bounds, '+Inf'].map((bound, index) => {
      cumulative += this.#counts[index] ?? 0
      return {
        metricName: `${name}_bucket`,
        labels: { le: bound, ...this.#labels },
        value: cumulative,
      }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.#labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.#labels, value: this.#count },
    ]
  }
}
