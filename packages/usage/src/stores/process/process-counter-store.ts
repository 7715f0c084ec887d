import type { Clock, Timer } from '@fairlead/base'
import {
  recallMs,
  type BorrowOutcome,
  type Holder,
  type Report,
  type Wish,
} from '../../counters/borrowing.ts'
import type { CounterBook } from '../../counters/counter-book.ts'
import { type Counter, CounterStoreUnavailable, type CounterView } from '../../counters/counter.ts'
import type { CounterStore } from '../counter-store.ts'

/** Wishes that wait for what others have spare. */
const waitingMax = 200

/** What is done is kept before anybody is told of it. */
export interface CounterJournal {
  /** Resolves when all changes so far are kept. Rejects when they cannot be. */
  kept(): Promise<void>
  close(): Promise<void>
}

interface WaitingWish {
  readonly holder: Holder
  readonly wishes: readonly Wish[]
  readonly answer: (outcome: BorrowOutcome) => void
  readonly timer: Timer
}

interface ProcessCounterStoreOptions {
  readonly book: CounterBook
  /** Nothing is kept when left out. */
  readonly journal?: CounterJournal
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
}

/** Counters that this process owns, for all processes of the machine. */
export class ProcessCounterStore implements CounterStore {
  readonly #book: CounterBook
  readonly #journal: CounterJournal | undefined
  readonly #clock: Pick<Clock, 'now' | 'setTimer'>
  readonly #recallers = new Map<string, (keys: readonly string[]) => void>()
  /** Oldest first. */
  readonly #waiting = new Set<WaitingWish>()
  #closed = false

  constructor({ book, journal, clock }: ProcessCounterStoreOptions) {
    this.#book = book
    this.#journal = journal
    this.#clock = clock
  }

  nowMs(): number {
    return this.#clock.now()
  }

  async borrow(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome> {
    this.#checkOpen()
    let outcome = this.#book.borrow(holder.id, wishes)
    if (this.#waiting.size < waitingMax && this.#recall(holder, outcome)) {
      outcome = await this.#wait(holder, wishes)
    }
    if (outcome.granted) await this.#kept()
    return outcome
  }

  async report(holder: Holder, sequence: number, reports: readonly Report[]): Promise<void> {
    this.#checkOpen()
    this.#book.report(holder.id, sequence, reports)
    this.#serve()
    await this.#kept()
  }

  async renew(holder: Holder): Promise<readonly string[]> {
    this.#checkOpen()
    return this.#book.renew(holder.id)
  }

  onRecall({ id }: Holder, recalled: (keys: readonly string[]) => void): void {
    this.#recallers.set(id, recalled)
  }

  async view(counters: readonly Counter[]): Promise<readonly CounterView[]> {
    this.#checkOpen()
    return this.#book.view(counters)
  }

  /** The process of a holder has ended: what it had comes back at once. */
  left({ id }: Holder): void {
    this.#recallers.delete(id)
    this.#book.left(id)
    this.#serve()
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const waiting of this.#waiting) this.#answer(waiting)
    await this.#journal?.close()
  }

  #checkOpen(): void {
    if (this.#closed) throw new CounterStoreUnavailable('the counters are closed')
  }

  async #kept(): Promise<void> {
    try {
      await this.#journal?.kept()
    } catch (error) {
      throw new CounterStoreUnavailable(error instanceof Error ? error.message : String(error))
    }
  }

  /** Asks others for what they have spare; false if that would not help. */
  #recall(holder: Holder, outcome: BorrowOutcome): boolean {
    if (outcome.granted) return false
    const asked = this.#book.spareOfOthers(holder.id, outcome.refused)
    if (asked === undefined) return false
    for (const [id, keys] of asked) this.#recallers.get(id)?.(keys)
    return true
  }

  #wait(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome> {
    return new Promise((answer) => {
      const timer = this.#clock.setTimer(recallMs, () => this.#answer(waiting))
      const waiting = { holder, wishes, answer, timer }
      this.#waiting.add(waiting)
    })
  }

  /** Something has come back. */
  #serve(): void {
    for (const waiting of this.#waiting) {
      const { holder, wishes } = waiting
      const outcome = this.#book.borrow(holder.id, wishes)
      if (outcome.granted || !this.#recall(holder, outcome)) this.#answer(waiting, outcome)
    }
  }

  #answer(waiting: WaitingWish, outcome?: BorrowOutcome): void {
    const { holder, wishes, answer, timer } = waiting
    this.#waiting.delete(waiting)
    timer.cancel()
    answer(outcome ?? this.#book.borrow(holder.id, wishes))
  }
}
