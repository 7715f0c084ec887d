import type { StoreOperation } from './store-messages.ts'

/** What is not done to a frozen store; running turns, responses and answers may end. */
const refused: ReadonlySet<StoreOperation> = new Set<StoreOperation>([
  'append',
  'remove',
  'removeSubject',
  'response-add',
  'response-remove',
  'record-put',
  'record-remove',
  'record-remove-owner',
  // So that everybody is told, and not only who changes something.
  'check',
])

/** Whether what is stored stays as it is while it is moved, and whether it does by now. */
export class StoreFreeze {
  #isAsked = false
  readonly #changing = new Set<Promise<unknown>>()

  /** Whether nothing that is refused is still being done. */
  get isFrozen(): boolean {
    return this.#isAsked && this.#changing.size === 0
  }

  ask(isFrozen: boolean): void {
    this.#isAsked = isFrozen
  }

  /** Does what is asked of the store. Rejects where the store is frozen. */
  async guard<T>(operation: StoreOperation, work: () => Promise<T>): Promise<T> {
    if (!refused.has(operation)) return work()
    if (this.#isAsked) {
      throw new Error(
        'it is frozen (spec.frozen): what it has can be read, and is not changed while it is moved to another ConversationStore',
      )
    }
    const changing = work()
    this.#changing.add(changing)
    try {
      return await changing
    } finally {
      this.#changing.delete(changing)
    }
  }
}
