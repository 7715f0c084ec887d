import type { Item, ModelResponse } from '@fairlead/llm'
import type { AnswerPart, AnswerStore } from '../stores/answer-store.ts'
import type { KeptAnswer } from '../stores/kept-answer.ts'
import type { AnswerOperation } from './store-messages.ts'

/** Asks the owner; resolves to the parsed result. */
type AskOwner = <T>(operation: AnswerOperation, ...list: readonly unknown[]) => Promise<T>

/**
 * The kept answers of a store in another process. `recover` forgets only those that this client
 * makes, because others may make theirs.
 */
export class RemoteAnswerStore implements AnswerStore {
  readonly #ask: AskOwner

  constructor(ask: AskOwner) {
    this.#ask = ask
  }

  begin(answer: KeptAnswer): Promise<KeptAnswer | undefined> {
    return this.#ask('answer-begin', answer)
  }

  load(tenant: string, key: string): Promise<KeptAnswer | undefined> {
    return this.#ask('answer-load', tenant, key)
  }

  flush(part: AnswerPart & { readonly output: readonly Item[] }): Promise<void> {
    return this.#ask('answer-flush', part)
  }

  complete(part: AnswerPart & { readonly whole: ModelResponse }): Promise<boolean> {
    return this.#ask('answer-complete', part)
  }

  drop(part: AnswerPart): Promise<void> {
    return this.#ask('answer-drop', part)
  }

  recover(): Promise<number> {
    return this.#ask('answer-recover')
  }

  expire(): Promise<number> {
    return this.#ask('answer-expire')
  }
}
