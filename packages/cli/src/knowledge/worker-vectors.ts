import { type Clock, openScope, untilAborted } from '@fairlead/base'
import type { Embedder } from '@fairlead/retrieval'
import type { KnowledgeNews } from '../worker-messages/knowledge-messages.ts'

/** How long workers may take for some passages, and how long there may be none. */
const answerMs = 90_000
/** A worker that dies is not the fault of what it was asked. */
const attemptsMax = 3

type Ask = (news: KnowledgeNews) => void

interface Asked {
  readonly member: Ask
  readonly answer: PromiseWithResolvers<readonly Float32Array[]>
}

/** The process of a worker ended before it answered. */
class WorkerGone extends Error {
  override readonly name = 'WorkerGone'
}

/** Has workers make vectors of passages, each of some, by calls of their gateways. */
export class WorkerVectors {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #members = new Set<Ask>()
  readonly #asked = new Map<number, Asked>()
  #joined = Promise.withResolvers<void>()
  #questions = 0

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock
  }

  join(ask: Ask): void {
    this.#members.add(ask)
    this.#joined.resolve()
    this.#joined = Promise.withResolvers()
  }

  left(ask: Ask): void {
    this.#members.delete(ask)
    for (const { answer, member } of this.#asked.values()) {
      if (member === ask) answer.reject(new WorkerGone('the worker that was asked is gone'))
    }
  }

  answered(question: number, vectors: readonly Float32Array[]): void {
    this.#asked.get(question)?.answer.resolve(vectors)
  }

  failed(question: number, problem: string): void {
    this.#asked.get(question)?.answer.reject(new Error(problem))
  }

  embedder(model: string): Embedder {
    return {
      model,
      embed: async (texts, { signal }) => {
        const what = 'making vectors of passages'
        using scope = openScope({
          parents: [signal],
          clock: this.#clock,
          timeoutMs: answerMs,
          what,
        })
        return await this.#embed(model, texts, scope.signal)
      },
    }
  }

  async #embed(
    model: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    for (let attempt = 1; ; attempt++) {
      const member = await this.#nextMember(signal)
      try {
        return await this.#ask(member, model, texts, signal)
      } catch (error) {
        if (!(error instanceof WorkerGone) || attempt === attemptsMax) throw error
      }
    }
  }

  /** They take turns. */
  async #nextMember(signal: AbortSignal): Promise<Ask> {
    for (;;) {
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
    model: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    this.#questions += 1
    const question = this.#questions
    const answer = Promise.withResolvers<readonly Float32Array[]>()
    this.#asked.set(question, { member, answer })
    try {
      member({ kind: 'vectors-wanted', question, model, texts })
      return await untilAborted(answer.promise, signal)
    } finally {
      this.#asked.delete(question)
    }
  }
}
