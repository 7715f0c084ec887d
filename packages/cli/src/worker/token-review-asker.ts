import type { TokenReview } from '@fairlead/gateway'
import type { FromWorker } from '../worker-messages/messages.ts'

/** Asks the primary process whose the tokens of ServiceAccounts are. The gateway bounds how many wait. */
export class TokenReviewAsker {
  readonly #send: (message: FromWorker) => void
  #questions = 0
  readonly #waiting = new Map<number, PromiseWithResolvers<TokenReview>>()

  constructor(send: (message: FromWorker) => void) {
    this.#send = send
  }

  /** Rejects if Kubernetes could not be asked. */
  ask(token: string, audiences: readonly string[]): Promise<TokenReview> {
    this.#questions += 1
    const question = this.#questions
    const answer = Promise.withResolvers<TokenReview>()
    this.#waiting.set(question, answer)
    this.#send({ type: 'token-review-wanted', question, token, audiences })
    return answer.promise
  }

  /** The answer of the primary process. */
  answered(question: number, review: TokenReview | undefined): void {
    const answer = this.#waiting.get(question)
    this.#waiting.delete(question)
    if (review === undefined) answer?.reject(new Error('the Kubernetes API could not be asked'))
    else answer?.resolve(review)
  }
}
