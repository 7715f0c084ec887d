import type { Logger } from '@fairlead/base'
import type { AnswerStream } from '../answer/answer-stream.ts'
import type { AnswerTransform } from '../answer/answer-transform.ts'
import type { CallOutcome, Permit } from './call-policy.ts'

interface Enterable<Entered> {
  enter(call: Entered): Permit | Promise<Permit>
}

/** The permits granted to one call: each is settled once, however the call ends. */
export class CallPermits {
  readonly #permits: Permit[] = []

  /** Enters the policies one after the other. Throws the error that a policy refuses with. */
  async enter<Entered>(policies: readonly Enterable<Entered>[], call: Entered): Promise<void> {
    for (const policy of policies) {
      const permit = policy.enter(call)
      this.#permits.push(permit instanceof Promise ? await permit : permit)
    }
  }

  get answer(): AnswerStream | undefined {
    for (const { answer } of this.#permits) if (answer !== undefined) return answer
    return undefined
  }

  get recorders(): readonly AnswerTransform[] {
    return this.#permits.flatMap(({ recorder }) => recorder ?? [])
  }

  get transforms(): readonly AnswerTransform[] {
    return this.#permits.flatMap(({ transform }) => transform ?? [])
  }

  /** Never throws: what one permit cannot settle is logged, and the others are settled. */
  settle(outcome: CallOutcome, logger: Logger): void {
    for (const permit of this.#permits.splice(0)) {
      try {
        permit.settle(outcome)
      } catch (err) {
        logger.error({ err }, 'a policy failed to settle a call that has ended')
      }
    }
  }
}
