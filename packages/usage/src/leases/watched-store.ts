import type { BorrowOutcome, Holder, Report, Wish } from '../counters/borrowing.ts'
import { type Counter, CounterStoreUnavailable, type CounterView } from '../counters/counter.ts'
import type { CounterStore } from '../stores/counter-store.ts'

/** A store whose failures are told, and when they are over. */
export class WatchedStore implements CounterStore {
  readonly onRecall: CounterStore['onRecall']
  readonly #store: CounterStore
  readonly #onAvailability: (problem: string | undefined) => void
  #isFailing = false

  constructor(store: CounterStore, onAvailability: (problem: string | undefined) => void) {
    this.#store = store
    this.#onAvailability = onAvailability
    this.onRecall = store.onRecall?.bind(store)
  }

  nowMs(): number {
    return this.#store.nowMs()
  }

  borrow(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome> {
    return this.#watch(this.#store.borrow(holder, wishes))
  }

  report(holder: Holder, sequence: number, reports: readonly Report[]): Promise<void> {
    return this.#watch(this.#store.report(holder, sequence, reports))
  }

  renew(holder: Holder): Promise<readonly string[]> {
    return this.#watch(this.#store.renew(holder))
  }

  view(counters: readonly Counter[]): Promise<readonly CounterView[]> {
    return this.#watch(this.#store.view(counters))
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #watch<T>(answer: Promise<T>): Promise<T> {
    try {
      const result = await answer
      if (this.#isFailing) {
        this.#isFailing = false
        this.#onAvailability(undefined)
      }
      return result
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (!this.#isFailing) {
        this.#isFailing = true
        this.#onAvailability(message)
      }
      if (error instanceof CounterStoreUnavailable) throw error
      throw new CounterStoreUnavailable(message, { cause: error })
    }
  }
}
