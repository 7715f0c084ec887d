import type { Usage } from '@fairlead/llm'
import type { Registry } from 'prom-client'
import { Counter, type CounterChild } from './counter.ts'
import { Histogram, type HistogramChild } from './histogram.ts'
import { TripleMap } from './key-map.ts'

/** Of answers, in seconds; few, as there are as many series for every version. */
const secondsBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

const perRating = 1000

interface EndedPromptCall {
  readonly status: number
  /** How long it took; undefined if it has failed. */
  readonly seconds: number | undefined
  readonly usage: Usage | undefined
}

/** The meters of the calls of a version that ended with one class of status. */
interface PromptMeters {
  readonly calls: CounterChild
  readonly inputTokens: CounterChild
  readonly outputTokens: CounterChild
  readonly seconds: HistogramChild
}

/** How versions of PromptTemplates do. `prompt` is `namespace/name`; versions are the configuration's. */
export class PromptMetrics {
  readonly #calls: Counter<'prompt' | 'version' | 'status'>
  readonly #seconds: Histogram<'prompt' | 'version'>
  readonly #tokens: Counter<'prompt' | 'version' | 'type'>
  readonly #ratings: Counter<'prompt' | 'version'>
  readonly #ratingSums: Counter<'prompt' | 'version'>
  readonly #meters = new TripleMap<string, string, number, PromptMeters>()

  constructor(registry: Registry) {
    this.#calls = new Counter(registry, {
      name: 'fairlead_prompt_requests_total',
      help: 'Calls that used a PromptTemplate, by version and class of status.',
      labelNames: ['prompt', 'version', 'status'],
    })
    this.#seconds = new Histogram(registry, {
      name: 'fairlead_prompt_duration_seconds',
      help: 'Seconds of the calls that used a PromptTemplate and did not fail, by version.',
      labelNames: ['prompt', 'version'],
      buckets: secondsBuckets,
    })
    this.#tokens = new Counter(registry, {
      name: 'fairlead_prompt_tokens_total',
      help: 'Tokens of calls that used a PromptTemplate, by version and type: input or output.',
      labelNames: ['prompt', 'version', 'type'],
    })
    this.#ratings = new Counter(registry, {
      name: 'fairlead_prompt_ratings_total',
      help: 'Calls that used a PromptTemplate and were rated by their callers, by version.',
      labelNames: ['prompt', 'version'],
    })
    this.#ratingSums = new Counter(registry, {
      name: 'fairlead_prompt_rating_sum_total',
      help: 'The sum of their first ratings, each from 0 to 1.',
      labelNames: ['prompt', 'version'],
      divisor: perRating,
    })
  }

  countCall(prompt: string, version: string, { seconds, status, usage }: EndedPromptCall): void {
    const meters = this.#metersOf(prompt, version, Math.floor(status / 100))
    meters.calls.inc()
    if (seconds !== undefined) meters.seconds.observe(seconds)
    if (usage === undefined) return
    meters.inputTokens.inc(usage.inputTokens)
    meters.outputTokens.inc(usage.outputTokens)
  }

  /** A call that had not been rated before; `thousandths` is from 0 to 1000. */
  countRating(prompt: string, version: string, thousandths: number): void {
    this.#ratings.labels({ prompt, version }).inc()
    this.#ratingSums.labels({ prompt, version }).inc(thousandths)
  }

  #metersOf(prompt: string, version: string, statusClass: number): PromptMeters {
    let meters = this.#meters.get(prompt, version, statusClass)
    if (meters === undefined) {
      meters = {
        calls: this.#calls.labels({ prompt, version, status: `${statusClass}xx` }),
        inputTokens: this.#tokens.labels({ prompt, version, type: 'input' }),
        outputTokens: this.#tokens.labels({ prompt, version, type: 'output' }),
        seconds: this.#seconds.labels({ prompt, version }),
      }
      this.#meters.set(prompt, version, statusClass, meters)
    }
    return meters
  }
}
