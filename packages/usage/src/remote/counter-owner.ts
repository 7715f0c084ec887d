import { Outbox, parseJson } from '@fairlead/base'
import type { RefusedClaim, CounterView } from '../counters/counter.ts'
import type { ProcessCounterStore } from '../stores/process/process-counter-store.ts'
import type {
  BorrowAnswer,
  CounterFigures,
  CounterNews,
  CounterQuestion,
  CounterRequest,
} from './counter-messages.ts'

/** One worker's side of the owner. */
interface CounterClient {
  receive(requests: readonly CounterRequest[]): void
  /** Its process is gone: what it had comes back. */
  disconnected(): void
}

/** Owns the counters of a machine, and serves its workers by message. */
export class CounterOwner {
  readonly #store: ProcessCounterStore

  constructor(store: ProcessCounterStore) {
    this.#store = store
  }

  connect(send: (news: CounterNews) => void): CounterClient {
    return new Connection(this.#store, send)
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

type News =
  | { readonly answer: CounterNews['answers'][number] }
  | { readonly recall: CounterNews['recalls'][number] }

class Connection implements CounterClient {
  readonly #store: ProcessCounterStore
  readonly #outbox: Outbox<News>
  /** Names under which the worker has borrowed. */
  readonly #holders = new Set<string>()
  #gone = false

  constructor(store: ProcessCounterStore, send: (news: CounterNews) => void) {
    this.#store = store
    this.#outbox = new Outbox((batch) => {
      if (this.#gone) return
      const answers = batch.flatMap((one) => ('answer' in one ? [one.answer] : []))
      const recalls = batch.flatMap((one) => ('recall' in one ? [one.recall] : []))
      send({ answers, recalls })
    })
  }

  receive(requests: readonly CounterRequest[]): void {
    for (const { id, body } of requests) {
      this.#perform(body).then(
        (result) => {
          const answer = result === undefined ? { id } : { id, body: JSON.stringify(result) }
          this.#outbox.put({ answer })
        },
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error)
          this.#outbox.put({ answer: { id, error: message } })
        },
      )
    }
  }

  disconnected(): void {
    this.#gone = true
    for (const id of this.#holders) this.#store.left({ id })
  }

  async #perform(body: string): Promise<unknown> {
    // Unchecked: both ends are the same version of the same program.
    const question = parseJson(body) as CounterQuestion
    if (question.ask === 'view') return (await this.#store.view(question.counters)).map(figuresOf)
    const holder = this.#holder(question.holder)
    switch (question.ask) {
      case 'borrow': {
        const outcome = await this.#store.borrow(holder, question.wishes)
        // It may have ended while others were asked for what they have spare.
        if (this.#gone) this.#store.left(holder)
        return outcome.granted
          ? { ...outcome, views: outcome.views.map(figuresOf) }
          : refusalOf(outcome.refused, question)
      }
      case 'undo':
        return this.#store.undo(holder, question.wishes, question)
      case 'report':
        return this.#store.report(holder, question.sequence, question.reports)
      case 'renew':
        return this.#store.renew(holder)
    }
  }

  #holder(id: string) {
    if (!this.#holders.has(id)) {
      this.#holders.add(id)
      this.#store.onRecall({ id }, (keys) => this.#outbox.put({ recall: { holder: id, keys } }))
    }
    return { id }
  }
}

function figuresOf({ used, reserved, unsettled, resetsAtMs }: CounterView): CounterFigures {
  return { used, reserved, unsettled, resetsAtMs }
}

function refusalOf(
  refused: readonly RefusedClaim[],
  { wishes }: Extract<CounterQuestion, { ask: 'borrow' }>,
): BorrowAnswer {
  return {
    granted: false,
    refused: refused.map(({ claim, view, retryAfterMs }) => ({
      index: wishes.findIndex((wish) => wish.claim === claim),
      view: figuresOf(view),
      retryAfterMs,
    })),
  }
}
