import type { Clock, Timer } from '@fairlead/base'
import {
  recallMs,
  type BorrowOutcome,
  type Holder,
  type Report,
  type Wish,
} from '../../counters/borrowing.ts'
import type { GrantedBorrow } from '../../counters/counter-book.ts'
import { type Counter, CounterStoreUnavailable, type CounterView } from '../../counters/counter.ts'
import type { CounterStore } from '../counter-store.ts'
import type { OpenedCounters } from './open-counters.ts'

/** Wishes that wait for what others have spare. */
const waitingMax = 200

type Granted = Pick<GrantedBorrow, 'lent' | 'slots'>

interface WaitingWish {
  readonly holder: Holder
  readonly wishes: readonly Wish[]
  readonly answer: (outcome: BorrowOutcome) => void
  readonly timer: Timer
}

interface ProcessCounterStoreOptions {
  /** Called when the counters are first needed, and again when it has thrown. */
  readonly open: () => OpenedCounters
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
}

/** Counters that this process owns, for all processes of the machine. */
export class ProcessCounterStore implements CounterStore {
  readonly #open: () => OpenedCounters
  #opened: OpenedCounters | undefined
  readonly #clock: Pick<Clock, 'now' | 'setTimer'>
  readonly #recallers = new Map<string, (keys: readonly string[]) => void>()
  /** Oldest first. */
  readonly #waiting = new Set<WaitingWish>()
  #closed = false

  constructor({ open, clock }: ProcessCounterStoreOptions) {
    this.#open = open
    this.#clock = clock
  }

  nowMs(): number {
    return this.#clock.now()
  }

  async borrow(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome> {
    const { book } = this.#counters()
    let outcome = book.borrow(holder.id, wishes)
    if (this.#waiting.size < waitingMax && this.#recall(holder, outcome)) {
      outcome = await this.#wait(holder, wishes)
    }
    if (!outcome.granted) return outcome
    try {
      await this.#kept()
      return outcome
    } catch (error) {
      book.undo(holder.id, wishes, outcome)
      throw error
    }
  }

  /** What was granted has not reached the holder in time. */
  async undo(holder: Holder, wishes: readonly Wish[], granted: Granted): Promise<void> {
    this.#counters().book.undo(holder.id, wishes, granted)
    this.#serve()
    await this.#kept()
  }

  async report(holder: Holder, sequence: number, reports: readonly Report[]): Promise<void> {
    this.#counters().book.report(holder.id, sequence, reports)
    this.#serve()
    await this.#kept()
  }

  async renew(holder: Holder): Promise<readonly string[]> {
    return this.#counters().book.renew(holder.id)
  }

  onRecall({ id }: Holder, recalled: (keys: readonly string[]) => void): void {
    this.#recallers.set(id, recalled)
  }

  async view(counters: readonly Counter[]): Promise<readonly CounterView[]> {
    return this.#counters().book.view(counters)
  }

  /** The process of a holder has ended: what it had comes back at once. */
  left({ id }: Holder): void {
    this.#recallers.delete(id)
    this.#opened?.book.left(id)
    this.#serve()
  }

  async close(): Promise<void> {
    for (const waiting of this.#waiting) this.#answer(waiting)
    this.#closed = true
    try {
      this.#opened?.close()
    } catch (error) {
      throw unavailable(error)
    }
  }

  #counters(): OpenedCounters {
    if (this.#closed) throw new CounterStoreUnavailable('the counters are closed')
    try {
      this.#opened ??= this.#open()
      return this.#opened
    } catch (error) {
      throw unavailable(error)
    }
  }

  async #kept(): Promise<void> {
    try {
      await this.#opened?.kept()
    } catch (error) {
      throw unavailable(error)
    }
  }

  /** Asks others for what they have spare; false if that would not help. */
  #recall(holder: Holder, outcome: BorrowOutcome): boolean {
    if (outcome.granted) return false
    const asked = this.#counters().book.spareOfOthers(holder.id, outcome.refused)
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
      const outcome = this.#counters().book.borrow(holder.id, wishes)
      if (outcome.granted || !this.#recall(holder, outcome)) this.#answer(waiting, outcome)
    }
  }

  #answer(waiting: WaitingWish, outcome?: BorrowOutcome): void {
    const { holder, wishes, answer, timer } = waiting
    this.#waiting.delete(waiting)
    timer.cancel()
    answer(outcome ?? this.#counters().book.borrow(holder.id, wishes))
  }
}

function unavailable(cause: unknown): CounterStoreUnavailable {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new CounterStoreUnavailable(message, { cause })
}
