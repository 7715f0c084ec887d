import type { Clock } from '@fairlead/base'
import type { StoreRetention } from '../stores/turn-store.ts'
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

/** Longer than a process takes to hear of a change. After that, a ConversationStore was made anew. */
const lagMs = 60_000

/** Whether what is stored stays as it is while it is moved, and whether it does by now. */
export class StoreFreeze {
  /** Tells one freeze from another; undefined while there is none. */
  #asked: symbol | undefined
  #askedMs = 0
  #generation = 0
  #heardMs = Number.NEGATIVE_INFINITY
  /** Of an older generation, heard while it could be that of a process that lags. */
  #older: StoreRetention | undefined
  readonly #changing = new Set<Promise<unknown>>()
  readonly #clock: Pick<Clock, 'monotonicMs'>

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /**
   * The freeze, once nothing that is refused is still being done. While it is the same, nothing has
   * been changed.
   */
  get current(): symbol | undefined {
    this.#takeOlder()
    return this.#changing.size === 0 ? this.#asked : undefined
  }

  /** `current`, once other processes that have the store open have had the time to hear of it. */
  get everywhere(): symbol | undefined {
    const { current } = this
    return this.#clock.monotonicMs() - this.#askedMs < lagMs ? undefined : current
  }

  /**
   * What a process says that has not heard of the newest generation yet waits for a while, and holds
   * if nobody has said otherwise by then.
   */
  ask(settings: StoreRetention): void {
    const { generation = 0, isFrozen = false } = settings
    const nowMs = this.#clock.monotonicMs()
    if (generation < this.#generation && nowMs - this.#heardMs < lagMs) {
      this.#older = settings
      return
    }
    this.#older = undefined
    if (generation !== this.#generation) this.#heardMs = nowMs
    this.#generation = generation
    if (!isFrozen) {
      this.#asked = undefined
    } else if (this.#asked === undefined) {
      this.#asked = Symbol('freeze')
      this.#askedMs = nowMs
    }
  }

  /** Does what is asked of the store. Rejects where the store is frozen. */
  async guard<T>(operation: StoreOperation, work: () => Promise<T>): Promise<T> {
    if (!refused.has(operation)) return work()
    this.#takeOlder()
    if (this.#asked !== undefined) {
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

  #takeOlder(): void {
    if (this.#older === undefined || this.#clock.monotonicMs() - this.#heardMs < lagMs) return
    this.ask(this.#older)
  }
}
