import { type Clock, Outbox } from '@fairlead/base'
import { type AnswerSelection, MemoryAnswers } from '@fairlead/gateway'
import type { AnswerNews, AnswerRequest } from '../worker-messages/answer-messages.ts'
import type { ToWorker } from '../worker-messages/messages.ts'

/** Keeps the answers of CachePolicies for all workers of this machine. */
export class AnswerOwner {
  readonly #answers: MemoryAnswers

  constructor(clock: Pick<Clock, 'now'>) {
    this.#answers = new MemoryAnswers(clock)
  }

  /** What the function that is returned takes is from a worker that is told by `send`. */
  join(send: (message: ToWorker) => void): (requests: readonly AnswerRequest[]) => void {
    const outbox = new Outbox<AnswerNews>((news) => send({ type: 'answers', news }))
    return (requests) => {
      for (const request of requests) this.#perform(request, outbox)
    }
  }

  /** Drops answers. Returns how many those were. */
  purge(selection: AnswerSelection): number {
    return this.#answers.purge(selection)
  }

  #perform(request: AnswerRequest, outbox: Outbox<AnswerNews>): void {
    switch (request.ask) {
      case 'get': {
        const kept = this.#answers.get(request.policy, request.key)
        return outbox.put({ id: request.id, ...(kept === undefined ? {} : { kept }) })
      }
      case 'put':
        return this.#answers.put(request.policy, request.key, request.answer)
      case 'retain':
        return this.#answers.retain(request.policies)
    }
  }
}
