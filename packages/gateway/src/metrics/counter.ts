import type { Registry } from 'prom-client'

/** Counts the events of one label combination. */
export interface CounterChild {
  inc(count?: number): void
}

/**
 * A Prometheus counter whose label combinations are resolved once, not on every call: counting is
 * an addition. It is exposed through a prom-client Registry.
 */
export class Counter<Label extends string> {
  readonly #labelNames: readonly Label[]
  readonly #children = new Map<string, Series<Label>>()

  constructor(
    registry: Registry,
    options: {
      readonly name: string
      readonly help: string
      readonly labelNames: readonly Label[]
      /** What is counted is shown divided by this: integers add up exactly. */
      readonly divisor?: number
    },
  ) {
    this.#labelNames = options.labelNames
    const read = () => Promise.resolve(this.#read(options))
    registry.registerMetric({
      name: options.name,
      help: options.help,
      type: 'counter',
      aggregator: 'sum',
      get: read,
      getForPromString: read,
      reset: () => this.#reset(),
    } as unknown as Parameters<Registry['registerMetric']>[0])
  }

  labels(labels: Readonly<Record<Label, string>>): CounterChild {
    let key = ''
    for (const name of this.#labelNames) key += `${labels[name]}\u0000`
    let series = this.#children.get(key)
    if (series === undefined) {
      series = new Series(labels)
      this.#children.set(key, series)
    }
    return series
  }

  #read({
    name,
    help,
    divisor = 1,
  }: {
    readonly name: string
    readonly help: string
    readonly divisor?: number
  }) {
    const values = Array.from(this.#children.values(), ({ labels, value }) => ({
      labels,
      value: value / divisor,
    }))
    return { name, help, type: 'counter', aggregator: 'sum', values }
  }

  #reset(): void {
    for (const series of this.#children.values()) series.value = 0
  }
}

class Series<Label extends string> implements CounterChild {
  readonly labels: Readonly<Record<Label, string>>
  value = 0

  constructor(labels: Readonly<Record<Label, string>>) {
    this.labels = labels
  }

  inc(count = 1): void {
    this.value += count
  }
}
