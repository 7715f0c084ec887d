import type { Clock } from '@fairlead/base'
import { CallMemory, type KeptCall, recentCallsBytesMax } from '@fairlead/gateway'
import type { ToWorker } from '../worker-messages/messages.ts'
import { WorkerRounds } from './worker-rounds.ts'

/** One worker's side. */
interface RecentCallsMember {
  /** Calls that have ended; `isAsked` if they are the answer to `calls-wanted`. */
  ended(calls: readonly KeptCall[], isAsked: boolean): void
  wants(question: number, requestId: string, tenant: string): void
  /** Its process is gone; its calls are kept. */
  left(): void
}

/**
 * The last calls of all workers of this machine, so that each can answer for the calls of another.
 * Workers send them in batches; for one that is not known the others are asked what they still have.
 */
export class RecentCallsOwner {
  readonly #memory: CallMemory
  readonly #rounds: WorkerRounds

  constructor(clock: Pick<Clock, 'setTimer'>, bytesMax: number = recentCallsBytesMax) {
    this.#memory = new CallMemory(bytesMax)
    this.#rounds = new WorkerRounds(clock, { type: 'calls-wanted' })
  }

  join(send: (message: ToWorker) => void): RecentCallsMember {
    const member = this.#rounds.join(send)
    return {
      ended: (calls, isAsked) => {
        for (const call of calls) this.#memory.keep(call)
        if (isAsked) this.#rounds.heard(member)
      },
      wants: (question, requestId, tenant) => {
        const answer = () => this.#memory.find(requestId, tenant)
        const json = answer()
        const tell = (found: string | undefined) =>
          send({ type: 'call-found', question, json: found })
        if (json !== undefined || tenant === '') return tell(json)
        this.#rounds.afterAll(() => tell(answer()))
      },
      left: () => this.#rounds.left(member),
    }
  }
}
