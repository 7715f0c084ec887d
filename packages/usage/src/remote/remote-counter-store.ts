import { type Clock, Outbox, parseJson, type Timer } from '@fairlead/base'
import type { BorrowOutcome, Holder, Report, Wish } from '../counters/borrowing.ts'
import { type Counter, CounterStoreUnavailable, type CounterView } from '../counters/counter.ts'
import type { CounterStore } from '../stores/counter-store.ts'
import type {
  BorrowAnswer,
  CounterFigures,
  CounterNews,
  CounterQuestion,
  CounterRequest,
} from './counter-messages.ts'

/** How long the owner may take for an answer. */
const deadlineMs = 2000

/** Requests that have no answer yet. */
const pendingMax = 10_000

interface RemoteCounterStoreOptions {
  /** Sends requests to the owner; the order is kept. Its answers go to `receive`. */
  readonly send: (requests: readonly CounterRequest[]) => void
  readonly clock: Pick<Clock, 'now' | 'monotonicMs' | 'setTimer'>
}

interface Pending {
  readonly resolve: (body: string | undefined) => void
  readonly reject: (error: Error) => void
  readonly untilMs: number
  isOverdue: boolean
  /** What becomes of an answer that comes too late. */
  readonly late: ((body: string) => void) | undefined
}

/**
 * Counters that another process of this machine owns, asked by message. Requests of one turn of the
 * event loop travel together.
 */
export class RemoteCounterStore implements CounterStore {
  readonly #clock: RemoteCounterStoreOptions['clock']
  readonly #outbox: Outbox<CounterRequest>
  /** Oldest first: all have the same deadline. */
  readonly #pending = new Map<number, Pending>()
  readonly #recallers = new Map<string, (keys: readonly string[]) => void>()
  #lastId = 0
  #timer: Timer | undefined

  constructor({ send, clock }: RemoteCounterStoreOptions) {
    this.#clock = clock
    this.#outbox = new Outbox(send)
  }

  nowMs(): number {
    return this.#clock.now()
  }

  async borrow({ id: holder }: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome> {
    const body = await this.#ask({ ask: 'borrow', holder, wishes }, (late) => {
      const answer = parseJson(late) as BorrowAnswer
      if (!answer.granted) return
      const { lent, slots } = answer
      this.#ask({ ask: 'undo', holder, wishes, lent, slots }).catch(() => {})
    })
    const answer = parseJson(body ?? '') as BorrowAnswer
    return outcomeOf(answer, wishes)
  }

  async report(
    { id: holder }: Holder,
    sequence: number,
    reports: readonly Report[],
  ): Promise<void> {
    await this.#ask({ ask: 'report', holder, sequence, reports })
  }

  async renew({ id: holder }: Holder): Promise<readonly string[]> {
    const body = await this.#ask({ ask: 'renew', holder })
    return parseJson(body ?? '') as readonly string[]
  }

  onRecall({ id }: Holder, recalled: (keys: readonly string[]) => void): void {
    this.#recallers.set(id, recalled)
  }

  async view(counters: readonly Counter[]): Promise<readonly CounterView[]> {
    const body = await this.#ask({ ask: 'view', counters })
    const figures = parseJson(body ?? '') as readonly CounterFigures[]
    return counters.map((counter, index) => viewOf(counter, figures[index]))
  }

  /** The owner answers what is still asked; there is nothing to close here. */
  async close(): Promise<void> {}

  /** Takes what the owner has sent. */
  receive({ answers, recalls }: CounterNews): void {
    for (const { id, body, error } of answers) {
      const pending = this.#pending.get(id)
      if (pending === undefined) continue
      this.#pending.delete(id)
      if (pending.isOverdue) {
        if (body !== undefined) pending.late?.(body)
      } else if (error === undefined) {
        pending.resolve(body)
      } else {
        pending.reject(new CounterStoreUnavailable(error))
      }
    }
    if (this.#pending.size === 0) {
      this.#timer?.cancel()
      this.#timer = undefined
    }
    for (const { holder, keys } of recalls) this.#recallers.get(holder)?.(keys)
  }

  #ask(question: CounterQuestion, late?: (body: string) => void): Promise<string | undefined> {
    // What must be taken back or told is not refused: there is less of it than of what was granted.
    const isBounded = question.ask === 'borrow' || question.ask === 'view'
    if (isBounded && this.#pending.size >= pendingMax) {
      return Promise.reject(new CounterStoreUnavailable('too much is waiting for the counters'))
    }
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      const untilMs = this.#clock.monotonicMs() + deadlineMs
      this.#pending.set(id, { resolve, reject, untilMs, isOverdue: false, late })
      this.#armTimer()
      this.#outbox.put({ id, body: JSON.stringify(question) })
    })
  }

  #armTimer(): void {
    if (this.#timer !== undefined) return
    const nowMs = this.#clock.monotonicMs()
    for (const { untilMs, isOverdue } of this.#pending.values()) {
      if (isOverdue) continue
      this.#timer = this.#clock.setTimer(untilMs - nowMs, () => {
        this.#timer = undefined
        this.#failOverdue()
        this.#armTimer()
      })
      return
    }
  }

  #failOverdue(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const pending of this.#pending.values()) {
      if (pending.untilMs > nowMs) return
      if (pending.isOverdue) continue
      pending.isOverdue = true
      pending.reject(
        new CounterStoreUnavailable('the process that owns the counters does not answer'),
      )
    }
  }
}

function outcomeOf(answer: BorrowAnswer, wishes: readonly Wish[]): BorrowOutcome {
  if (answer.granted) {
    const { lent, slots, views } = answer
    return {
      granted: true,
      lent,
      slots,
      views: wishes.map(({ claim }, index) => viewOf(claim.counter, views[index])),
    }
  }
  return {
    granted: false,
    refused: answer.refused.flatMap(({ index, view, retryAfterMs }) => {
      const claim = wishes[index]?.claim
      return claim === undefined ? [] : [{ claim, view: viewOf(claim.counter, view), retryAfterMs }]
    }),
  }
}

function viewOf(counter: Counter, figures: CounterFigures | undefined): CounterView {
  const { used = 0, reserved = 0, unsettled = 0, resetsAtMs } = figures ?? {}
  return { counter, used, reserved, unsettled, resetsAtMs }
}
