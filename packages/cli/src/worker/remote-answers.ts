import { type Clock, Outbox, type Timer } from '@fairlead/base'
import type { AnswerStore, KeptAnswer, NewAnswer } from '@fairlead/gateway'
import type { AnswerNews, AnswerRequest } from '../worker-messages/answer-messages.ts'

/** How long a call waits for the primary process before it is made as if nothing were kept. */
const deadlineMs = 500
/** Questions that have no answer yet; beyond them nothing is kept. */
const pendingMax = 10_000

interface Pending {
  readonly resolve: (kept: KeptAnswer | undefined) => void
  readonly timer: Timer
}

/** The answers that the primary process keeps for all workers, asked by message. */
export class RemoteAnswers implements AnswerStore {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #outbox: Outbox<AnswerRequest>
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  /** `send` keeps the order. Its answers go to `receive`. */
  constructor(clock: Pick<Clock, 'setTimer'>, send: (requests: readonly AnswerRequest[]) => void) {
    this.#clock = clock
    this.#outbox = new Outbox(send)
  }

  get(policy: string, key: string): Promise<KeptAnswer | undefined> {
    if (this.#pending.size >= pendingMax) return Promise.resolve(undefined)
    const id = ++this.#lastId
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(deadlineMs, () => this.receive([{ id }]))
      this.#pending.set(id, { resolve, timer })
      this.#outbox.put({ ask: 'get', id, policy, key })
    })
  }

  put(policy: string, key: string, answer: NewAnswer): void {
    this.#outbox.put({ ask: 'put', policy, key, answer })
  }

  retain(policies: readonly string[]): void {
    this.#outbox.put({ ask: 'retain', policies })
  }

  /** Takes what the primary process has sent. */
  receive(news: readonly AnswerNews[]): void {
    for (const { id, kept } of news) {
      const pending = this.#pending.get(id)
      if (pending === undefined) continue
      this.#pending.delete(id)
      pending.timer.cancel()
      pending.resolve(kept)
    }
  }
}
