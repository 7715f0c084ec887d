import type { AnswerPart, AnswerStore } from '../stores/answer-store.ts'
import type { KeptAnswer } from '../stores/kept-answer.ts'
import type { AnswerOperation } from './store-messages.ts'

/** One process that makes answers. */
interface AnswerAsker {
  /** Its process is gone: what it began will not be whole. */
  readonly gone: boolean
}

interface MadeAnswer extends AnswerPart {
  readonly asker: AnswerAsker
}

/**
 * The kept answers of a store that this process has opened for others. It knows who makes which, and
 * forgets those of one that is gone.
 */
export class OwnedAnswers {
  readonly #store: AnswerStore
  /** By id. */
  readonly #made = new Map<string, MadeAnswer>()

  constructor(store: AnswerStore) {
    this.#store = store
  }

  /** Does what a client asks; `list` is the arguments. Rejects when the store is unavailable. */
  perform(
    asker: AnswerAsker,
    operation: AnswerOperation,
    list: readonly unknown[],
  ): Promise<unknown> {
    // Unchecked: both ends are the same version of the same program.
    const [first, second] = list as [never, never]
    switch (operation) {
      case 'answer-begin':
        return this.#begin(asker, first)
      case 'answer-load':
        return this.#store.load(first, second)
      case 'answer-flush':
        return this.#store.flush(first)
      case 'answer-complete':
        return this.#ended(first, this.#store.complete(first))
      case 'answer-drop':
        return this.#ended(first, this.#store.drop(first))
      case 'answer-recover':
        return this.dropThoseOf(asker)
      case 'answer-expire':
        return this.#store.expire()
    }
  }

  /** Forgets the answers that a client makes. Returns how many. */
  async dropThoseOf(asker: AnswerAsker): Promise<number> {
    const made = [...this.#made.values()].filter((one) => one.asker === asker)
    await Promise.all(
      made.map(({ tenant, key, id }) => this.#ended({ id }, this.#store.drop({ tenant, key, id }))),
    )
    return made.length
  }

  async #begin(asker: AnswerAsker, answer: KeptAnswer): Promise<KeptAnswer | undefined> {
    const known = await this.#store.begin(answer)
    if (known !== undefined) return known
    const { tenant, key, id } = answer
    this.#made.set(id, { tenant, key, id, asker })
    if (asker.gone) await this.dropThoseOf(asker)
    return undefined
  }

  async #ended<T>({ id }: Pick<AnswerPart, 'id'>, work: Promise<T>): Promise<T> {
    const result = await work
    this.#made.delete(id)
    return result
  }
}
