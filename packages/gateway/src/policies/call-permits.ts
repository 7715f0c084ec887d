import type { AnswerStream } from '../answer/answer-stream.ts'
import type { AnswerTransform } from '../answer/answer-transform.ts'
import type { Call } from '../call/call.ts'
import type { CallOutcome, CallPolicy, Permit } from './call-policy.ts'

/** The permits that one call has got: each is settled once, whatever becomes of the call. */
export class CallPermits {
  readonly #permits: Permit[] = []

  /** Passes policies, one after the other. Throws what a policy refuses with. */
  async enter(policies: readonly CallPolicy[], call: Call): Promise<void> {
    for (const policy of policies) {
      const permit = policy.enter(call)
      this.#permits.push(permit instanceof Promise ? await permit : permit)
    }
  }

  get answer(): AnswerStream | undefined {
    for (const { answer } of this.#permits) if (answer !== undefined) return answer
    return undefined
  }

  get transforms(): readonly AnswerTransform[] {
    return this.#permits.flatMap(({ transform }) => transform ?? [])
  }

  settle(outcome: CallOutcome): void {
    for (const permit of this.#permits.splice(0)) permit.settle(outcome)
  }
}
