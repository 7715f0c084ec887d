import { type Clock, openScope, untilAborted } from '@fairlead/base'
import type { EvaluatedCase, EvaluationCase } from '@fairlead/gateway'
import type { EvaluationNews, EvaluationReply } from '../worker-messages/evaluation-messages.ts'

type Ask = (news: EvaluationNews) => void

interface Asked {
  readonly member: Ask
  readonly answer: PromiseWithResolvers<EvaluatedCase | undefined>
}

/** One worker's side. */
interface CaseMember {
  receive(reply: EvaluationReply): void
  /** Its process is gone. */
  left(): void
}

/** What a worker may take beyond the time of a case, waiting for one included. */
const graceMs = 30_000

/** Has workers try cases, in turn. */
export class WorkerCases {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #members = new Set<Ask>()
  readonly #asked = new Map<number, Asked>()
  #joined = Promise.withResolvers<void>()
  #questions = 0

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock
  }

  join(ask: Ask): CaseMember {
    this.#members.add(ask)
    this.#joined.resolve()
    this.#joined = Promise.withResolvers()
    return {
      receive: ({ evaluated, question }) => this.#asked.get(question)?.answer.resolve(evaluated),
      left: () => {
        this.#members.delete(ask)
        for (const { answer, member } of this.#asked.values()) {
          if (member === ask) answer.resolve(undefined)
        }
      },
    }
  }

  /**
   * What came of a case, for which workers have `timeoutMs`. That one dies is not the fault of what it
   * was asked: another one is. Rejects with the reason of the signal.
   */
  async evaluate(
    asked: EvaluationCase,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<EvaluatedCase> {
    const what = 'a case of an evaluation'
    using scope = openScope({
      parents: [signal],
      clock: this.#clock,
      timeoutMs: timeoutMs + graceMs,
      what,
    })
    try {
      for (;;) {
        const member = await this.#nextMember(scope.signal)
        const evaluated = await this.#ask(member, asked, scope.signal)
        if (evaluated !== undefined) return evaluated
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!scope.signal.aborted) throw error
      return { problem: 'no worker answered in time', scores: [], nanodollars: 0 }
    }
  }

  async #nextMember(signal: AbortSignal): Promise<Ask> {
    for (;;) {
      signal.throwIfAborted()
      const [member] = this.#members
      if (member === undefined) {
        await untilAborted(this.#joined.promise, signal)
        continue
      }
      this.#members.delete(member)
      this.#members.add(member)
      return member
    }
  }

  async #ask(
    member: Ask,
    asked: EvaluationCase,
    signal: AbortSignal,
  ): Promise<EvaluatedCase | undefined> {
    this.#questions += 1
    const question = this.#questions
    const answer = Promise.withResolvers<EvaluatedCase | undefined>()
    this.#asked.set(question, { member, answer })
    try {
      member({ question, asked })
      return await untilAborted(answer.promise, signal)
    } finally {
      this.#asked.delete(question)
    }
  }
}
