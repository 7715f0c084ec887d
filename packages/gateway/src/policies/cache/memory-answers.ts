import type { Clock } from '@fairlead/base'
import type { AnswerSelection, AnswerStore, KeptAnswer, NewAnswer } from './answer-store.ts'
import { AnswerTable } from './answer-table.ts'

/** For the answers of all policies of a machine. */
const totalBytesMax = 256 * 1024 * 1024
/** How much of the largest table goes at once. */
const shrunkPart = 0.05

/** Answers in the memory of this process, by policy. */
export class MemoryAnswers implements AnswerStore {
  readonly #clock: Pick<Clock, 'now'>
  readonly #tables = new Map<string, AnswerTable>()
  /** Undefined until a configuration is in force. */
  #inForce: ReadonlySet<string> | undefined

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  get(policy: string, key: string): KeptAnswer | undefined {
    return this.#tables.get(policy)?.get(key, this.#clock.now())
  }

  put(policy: string, key: string, answer: NewAnswer): void {
    if (this.#inForce?.has(policy) === false) return
    let table = this.#tables.get(policy)
    if (table === undefined) {
      table = new AnswerTable()
      this.#tables.set(policy, table)
    }
    table.put(key, answer)
    this.#shrink()
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
    this.#inForce = kept
    for (const policy of this.#tables.keys()) if (!kept.has(policy)) this.#tables.delete(policy)
  }

  /** All policies together stay within one bound: the largest table gives way. */
  #shrink(): void {
    for (;;) {
      const tables = [...this.#tables.values()]
      if (tables.reduce((sum, { bytes }) => sum + bytes, 0) <= totalBytesMax) return
      const [largest] = tables.toSorted((one, other) => other.bytes - one.bytes)
      largest?.shrinkTo(largest.bytes * (1 - shrunkPart))
    }
  }
}
