import type { Registry } from 'prom-client'
import { Counter } from './counter.ts'

/**
 * How a turn has ended: as its status says, or `unstored`, where the store did not take its end, so
 * that what the model answered may be lost.
 */
export type TurnOutcome = 'completed' | 'incomplete' | 'failed' | 'cancelled' | 'unstored'

/** What is counted of conversations. Values of labels come from the configuration. */
export class ConversationMetrics {
  readonly #turns: Counter<'store' | 'outcome'>

  constructor(registry: Registry) {
    this.#turns = new Counter(registry, {
      name: 'fairlead_conversation_turns_total',
      help: 'Turns of conversations by how they ended: completed, incomplete, failed, cancelled, or unstored where the store did not take their end.',
      labelNames: ['store', 'outcome'],
    })
  }

  /** `store` is the `namespace/name` of the ConversationStore, empty for one in memory. */
  countTurn(store: string, outcome: TurnOutcome): void {
    this.#turns.labels({ store, outcome }).inc()
  }
}
