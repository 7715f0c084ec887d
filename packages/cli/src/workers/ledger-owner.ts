import type { Clock } from '@fairlead/base'
import type {
  KeyUse,
  NotedUsage,
  RatedCall,
  Rating,
  UsageAnswer,
  UsageLedger,
  UsageQuery,
} from '@fairlead/usage'
import type { LedgerNews, LedgerRequest } from '../worker-messages/ledger-messages.ts'
import type { ToWorker } from '../worker-messages/messages.ts'
import { WorkerRounds } from './worker-rounds.ts'

/** One worker's side. */
interface LedgerMember {
  receive(request: LedgerRequest): void
  /** Its process is gone. */
  left(): void
}

/**
 * The ledger for all workers of this machine, which send what they note in batches. Before a question
 * is answered, all are asked for what they still have, so that a call that has ended is in the answer.
 */
export class LedgerOwner {
  readonly #ledger: UsageLedger
  readonly #rounds: WorkerRounds

  constructor(ledger: UsageLedger, clock: Pick<Clock, 'setTimer'>) {
    this.#ledger = ledger
    this.#rounds = new WorkerRounds(clock, { type: 'ledger', news: { kind: 'wanted' } })
  }

  /** Rejects with `CounterStoreUnavailable`. */
  async query(query: UsageQuery): Promise<UsageAnswer> {
    await this.#round()
    return this.#ledger.query(query)
  }

  /** Rejects with `CounterStoreUnavailable`. */
  async keyUses(tenant: string): Promise<readonly KeyUse[]> {
    await this.#round()
    return this.#ledger.keyUses(tenant)
  }

  /** Undefined for a call that no worker has told of. Rejects with `CounterStoreUnavailable`. */
  async rate(rating: Rating): Promise<RatedCall | undefined> {
    await this.#round()
    return this.#ledger.rate(rating)
  }

  join(send: (message: ToWorker) => void): LedgerMember {
    const member = this.#rounds.join(send)
    const tell = (news: LedgerNews) => send({ type: 'ledger', news })
    return {
      receive: (request) => {
        switch (request.kind) {
          case 'noted':
            this.#note(request.noted)
            if (request.isAsked) this.#rounds.heard(member)
            return
          case 'query':
            return void this.#answer(tell, request.question, async (question) => {
              return { kind: 'usage', question, answer: await this.query(request.query) }
            })
          case 'key-uses':
            return void this.#answer(tell, request.question, async (question) => {
              return { kind: 'key-uses', question, uses: await this.keyUses(request.tenant) }
            })
          case 'rate':
            return void this.#answer(tell, request.question, async (question) => {
              return { kind: 'rated', question, call: await this.rate(request.rating) }
            })
        }
      },
      left: () => this.#rounds.left(member),
    }
  }

  async #answer(
    tell: (news: LedgerNews) => void,
    question: number,
    ask: (question: number) => Promise<LedgerNews>,
  ): Promise<void> {
    try {
      tell(await ask(question))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      tell({ kind: 'failed', question, message })
    }
  }

  #note({ entries, keyUses, rateable }: NotedUsage): void {
    for (const entry of entries) this.#ledger.note(entry)
    for (const use of keyUses) this.#ledger.noteKeyUse(use)
    for (const call of rateable) this.#ledger.noteRateable(call)
  }

  #round(): Promise<void> {
    return new Promise((resolve) => this.#rounds.afterAll(resolve))
  }
}
