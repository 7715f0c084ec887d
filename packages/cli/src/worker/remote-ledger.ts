import type { Clock, Timer } from '@fairlead/base'
import {
  CounterStoreUnavailable,
  type KeyUse,
  PendingUsage,
  type RateableCall,
  type RatedCall,
  type Rating,
  type UsageAnswer,
  type UsageEntry,
  type UsageLedger,
  type UsageQuery,
} from '@fairlead/usage'
import type { LedgerNews, LedgerRequest } from '../worker-messages/ledger-messages.ts'

/** How long calls that have ended wait for others, which are added to them. */
const batchMs = 200
/** Longer than the owner waits for other workers; a store has its own, shorter deadlines. */
const answerMs = 5_000

interface Question {
  readonly timer: Timer
  readonly resolve: (news: LedgerNews) => void
}

/** The ledger as a worker has it: the primary process owns it for all workers. */
export class RemoteLedger implements UsageLedger {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #send: (request: LedgerRequest) => void
  readonly #pending = new PendingUsage()
  readonly #questions = new Map<number, Question>()
  #timer: Timer | undefined
  #asked = 0

  constructor(clock: Pick<Clock, 'setTimer'>, send: (request: LedgerRequest) => void) {
    this.#clock = clock
    this.#send = send
  }

  note(entry: UsageEntry): void {
    this.#pending.add(entry)
    this.#flushSoon()
  }

  noteKeyUse(use: KeyUse): void {
    this.#pending.addKeyUse(use)
    this.#flushSoon()
  }

  noteRateable(call: RateableCall): void {
    this.#pending.addRateable(call)
    this.#flushSoon()
  }

  async rate(rating: Rating): Promise<RatedCall | undefined> {
    const news = await this.#ask((question) => ({ kind: 'rate', question, rating }))
    if (news.kind === 'rated') return news.call
    throw unavailable(news)
  }

  async query(query: UsageQuery): Promise<UsageAnswer> {
    const news = await this.#ask((question) => ({ kind: 'query', question, query }))
    if (news.kind === 'usage') return news.answer
    throw unavailable(news)
  }

  async keyUses(tenant: string): Promise<readonly KeyUse[]> {
    const news = await this.#ask((question) => ({ kind: 'key-uses', question, tenant }))
    if (news.kind === 'key-uses') return news.uses
    throw unavailable(news)
  }

  receive(news: LedgerNews): void {
    if (news.kind === 'wanted') return this.flush(true)
    const question = this.#questions.get(news.question)
    if (question === undefined) return
    this.#questions.delete(news.question)
    question.timer.cancel()
    question.resolve(news)
  }

  /** Sends what waits; even if nothing does, when `isAsked`. */
  flush(isAsked = false): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#pending.isEmpty && !isAsked) return
    this.#send({ kind: 'noted', noted: this.#pending.take(), isAsked })
  }

  #flushSoon(): void {
    this.#timer ??= this.#clock.setTimer(batchMs, () => this.flush())
  }

  #ask(request: (question: number) => LedgerRequest): Promise<LedgerNews> {
    this.#asked += 1
    const question = this.#asked
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(answerMs, () => {
        this.receive({ kind: 'failed', question, message: 'the ledger did not answer in time' })
      })
      this.#questions.set(question, { timer, resolve })
      this.#send(request(question))
    })
  }
}

function unavailable(news: LedgerNews): CounterStoreUnavailable {
  return new CounterStoreUnavailable(
    news.kind === 'failed' ? news.message : 'the ledger gave another answer',
  )
}
