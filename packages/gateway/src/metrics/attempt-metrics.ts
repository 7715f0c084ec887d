import type { Registry } from 'prom-client'
import { Counter, type CounterChild } from './counter.ts'
import { QuadrupleMap } from './key-map.ts'

/**
 * What became of attempts at providers. Label combinations are resolved once and kept. Values of
 * labels must come from the configuration or be one of a fixed list, never from the caller.
 */
export class AttemptMetrics {
  readonly #attempts: Counter<'provider' | 'provider_type' | 'model' | 'outcome'>
  readonly #failovers: Counter<'route'>
  readonly #ejections: Counter<'provider' | 'reason'>
  readonly #attemptCounters = new QuadrupleMap<string, string, string, string, CounterChild>()

  constructor(registry: Registry) {
    this.#attempts = new Counter(registry, {
      name: 'fairlead_attempts_total',
      help: 'Attempts at providers, by how they ended; outcome Success, Aborted or what went wrong.',
      labelNames: ['provider', 'provider_type', 'model', 'outcome'],
    })
    this.#failovers = new Counter(registry, {
      name: 'fairlead_failovers_total',
      help: 'Calls that one target answered after another had failed.',
      labelNames: ['route'],
    })
    this.#ejections = new Counter(registry, {
      name: 'fairlead_ejections_total',
      help: 'How often a provider was ejected, by what went wrong last.',
      labelNames: ['provider', 'reason'],
    })
  }

  /** `provider` is `namespace/name`, `providerType` OpenTelemetry's name for its type. */
  countAttempt(provider: string, providerType: string, model: string, outcome: string): void {
    const counters = this.#attemptCounters
    let counter = counters.get(provider, providerType, model, outcome)
    if (counter === undefined) {
      const labels = { provider, provider_type: providerType, model, outcome }
      counter = this.#attempts.labels(labels)
      counters.set(provider, providerType, model, outcome, counter)
    }
    counter.inc()
  }

  countFailover(route: string): void {
    this.#failovers.labels({ route }).inc()
  }

  /** `reason` is the class of the failure that was one too many. */
  countEjection(provider: string, reason: string): void {
    this.#ejections.labels({ provider, reason }).inc()
  }
}
