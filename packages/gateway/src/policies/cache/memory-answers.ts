import type { Clock } from '@fairlead/base'
import type { AnswerSelection, AnswerStore, KeptAnswer, NewAnswer } from './answer-store.ts'
import { AnswerTable } from './answer-table.ts'

/** Answers in the memory of this process, by policy. */
export class MemoryAnswers implements AnswerStore {
  readonly #clock: Pick<Clock, 'now'>
  readonly #tables = new Map<string, AnswerTable>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  get(policy: string, key: string): KeptAnswer | undefined {
    return this.#tables.get(policy)?.get(key, this.#clock.now())
  }

  put(policy: string, key: string, answer: NewAnswer): void {
    let table = this.#tables.get(policy)
    if (table === undefined) {
      table = new AnswerTable()
      this.#tables.set(policy, table)
    }
    table.put(key, answer)
  }

  /** Drops answers. Returns how many those were. */
  purge({ consumer, policy }: AnswerSelection): number {
    let purged = 0
    for (const [name, table] of this.#tables) {
      if (policy !== undefined && policy !== name) continue
      if (consumer === undefined) {
        purged += table.size
        this.#tables.delete(name)
      } else purged += table.purge(consumer)
    }
    return purged
  }

  retain(policies: readonly string[]): void {
    const kept = new Set(policies)
    for (const policy of this.#tables.keys()) if (!kept.has(policy)) this.#tables.delete(policy)
  }
}
