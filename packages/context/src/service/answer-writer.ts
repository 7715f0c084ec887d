import type { Logger } from '@fairlead/base'
import type { Item, ModelResponse } from '@fairlead/llm'
import type { AnswerPart, AnswerStore } from '../stores/answer-store.ts'

/** Writes an answer that is made: one write at a time, each with all that there is by then. */
export class AnswerWriter {
  readonly #part: AnswerPart
  readonly #store: AnswerStore
  readonly #logger: Logger
  #output: readonly Item[] | undefined
  #writing: Promise<void> | undefined
  #hasEnded = false

  constructor({ id, key, tenant }: AnswerPart, store: AnswerStore, logger: Logger) {
    this.#part = { tenant, key, id }
    this.#store = store
    this.#logger = logger
  }

  flush(output: readonly Item[]): void {
    if (this.#hasEnded) return
    this.#output = output
    this.#writing ??= this.#write()
  }

  /** False if the store failed, which is logged. */
  complete(whole: ModelResponse): Promise<boolean> {
    return this.#end(() => this.#store.complete({ ...this.#part, whole }))
  }

  /** False if the store failed, which is logged. */
  drop(): Promise<boolean> {
    return this.#end(() => this.#store.drop(this.#part))
  }

  async #write(): Promise<void> {
    while (this.#output !== undefined && !this.#hasEnded) {
      const output = this.#output
      this.#output = undefined
      try {
        await this.#store.flush({ ...this.#part, output })
      } catch (error) {
        // The next write brings all of it again.
        this.#logger.warn({ err: error }, 'a partial answer was not stored')
      }
    }
    this.#writing = undefined
  }

  async #end(work: () => Promise<unknown>): Promise<boolean> {
    this.#hasEnded = true
    await this.#writing
    try {
      await work()
      return true
    } catch (error) {
      this.#logger.error({ err: error }, 'an answer was not kept for its Idempotency-Key')
      return false
    }
  }
}
