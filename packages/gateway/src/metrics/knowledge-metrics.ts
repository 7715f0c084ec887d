import type { Registry } from 'prom-client'
import { Counter } from './counter.ts'
import { Histogram } from './histogram.ts'

/** What is counted of searches. Values of labels come from the configuration. */
export class KnowledgeMetrics {
  readonly #searches: Counter<'base' | 'outcome'>
  readonly #seconds: Histogram<'base'>

  constructor(registry: Registry) {
    this.#searches = new Counter(registry, {
      name: 'fairlead_knowledge_searches_total',
      help: 'Searches of knowledge bases by what came of them: found, empty, or failed.',
      labelNames: ['base', 'outcome'],
    })
    this.#seconds = new Histogram(registry, {
      name: 'fairlead_knowledge_search_seconds',
      help: 'Seconds that searches of knowledge bases took.',
      labelNames: ['base'],
      buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30],
    })
  }

  /** `base` is the `namespace/name` of the KnowledgeBase. */
  countSearch(base: string, outcome: 'found' | 'empty' | 'failed', durationMs: number): void {
    this.#searches.labels({ base, outcome }).inc()
    this.#seconds.labels({ base }).observe(durationMs / 1000)
  }
}
