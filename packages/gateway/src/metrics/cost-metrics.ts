import type { Registry } from 'prom-client'
import { Counter } from './counter.ts'

const perDollar = 1e9

/** Whose money a call is, by names that the configuration has. */
interface Payers {
  /** `namespace/name` of the Consumer; empty for a caller without one. */
  readonly consumer: string
  readonly groups: readonly string[]
  /** The PromptTemplate's `namespace/name` and the version that was used, if one was. */
  readonly prompt: string | undefined
  readonly promptVersion: string | undefined
}

/**
 * What calls cost, in a family of its own for each way to see it, as their product would have too
 * many series. Sums are kept in nanodollars, so that they are exact, and shown in US dollars. Values
 * of labels must come from the configuration, never from the caller.
 */
export class CostMetrics {
  readonly #providers: Counter<'provider' | 'model'>
  readonly #consumers: Counter<'consumer'>
  readonly #groups: Counter<'group'>
  readonly #prompts: Counter<'prompt' | 'version'>
  readonly #unpriced: Counter<'provider' | 'model'>

  constructor(registry: Registry) {
    const sums = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
      new Counter(registry, { name, help, labelNames: labels, divisor: perDollar })
    this.#providers = sums(
      'fairlead_provider_cost_usd_total',
      'US dollars that calls cost, by provider and its model.',
      ['provider', 'model'],
    )
    this.#consumers = sums(
      'fairlead_consumer_cost_usd_total',
      'US dollars that calls cost, by Consumer.',
      ['consumer'],
    )
    this.#groups = sums(
      'fairlead_group_cost_usd_total',
      'US dollars that calls cost, by group; one of several groups counts for each.',
      ['group'],
    )
    this.#prompts = sums(
      'fairlead_prompt_cost_usd_total',
      'US dollars that calls with a PromptTemplate cost, by its version.',
      ['prompt', 'version'],
    )
    this.#unpriced = new Counter(registry, {
      name: 'fairlead_unpriced_calls_total',
      help: 'Calls whose price is not known, by provider and its model.',
      labelNames: ['provider', 'model'],
    })
  }

  /** Money that a call spent at a provider, `namespace/name`. */
  addAtProvider(provider: string, model: string, nanodollars: number): void {
    this.#providers.labels({ provider, model }).inc(nanodollars)
  }

  /** The same money, by whom it is spent for. */
  addFor({ consumer, groups, prompt, promptVersion }: Payers, nanodollars: number): void {
    this.#consumers.labels({ consumer }).inc(nanodollars)
    for (const group of groups) this.#groups.labels({ group }).inc(nanodollars)
    if (prompt === undefined || promptVersion === undefined) return
    this.#prompts.labels({ prompt, version: promptVersion }).inc(nanodollars)
  }

  /** A call that used what has no known price. */
  countUnpriced(provider: string, model: string): void {
    this.#unpriced.labels({ provider, model }).inc()
  }
}
