import type { AnswerStream } from '../answer/answer-stream.ts'
import type { AnswerTransform } from '../answer/answer-transform.ts'
import type { Call } from '../call/call.ts'
import type { CallOutcome, CallPolicy, Permit } from './call-policy.ts'

/** The permits that one call has got: each is settled once, whatever becomes of the call. */
export class CallPermits {
  readonly #policies: readonly CallPolicy[]
  readonly #permits: Permit[] = []

  constructor(policies: readonly CallPolicy[]) {
    this.#policies = policies
  }

  /** Passes the policies of a stage, one after the other. Throws what a policy refuses with. */
  async enter(stage: CallPolicy['stage'], call: Call): Promise<void> {
    for (const policy of this.#policies) {
      if (policy.stage === stage) this.#permits.push(await policy.enter(call))
    }
  }

  get answer(): AnswerStream | undefined {
    return this.#permits.find(({ answer }) => answer !== undefined)?.answer
  }

  get transforms(): readonly AnswerTransform[] {
    return this.#permits.flatMap(({ transform }) => transform ?? [])
  }

  settle(outcome: CallOutcome): void {
    for (const permit of this.#permits.splice(0)) permit.settle(outcome)
  }
}
