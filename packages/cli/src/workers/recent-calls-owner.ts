import type { Clock, Timer } from '@fairlead/base'
import { CallMemory, type KeptCall, recentCallsBytesMax } from '@fairlead/gateway'
import type { ToWorker } from '../worker-messages/messages.ts'

/** How long other workers may take to send what they have not sent yet. */
const answerMs = 500

/** One worker's side. */
interface RecentCallsMember {
  /** Calls that have ended; `isAsked` if they are the answer to `calls-wanted`. */
  ended(calls: readonly KeptCall[], isAsked: boolean): void
  wants(question: number, requestId: string, tenant: string): void
  /** Its process is gone; its calls are kept. */
  left(): void
}

interface Member {
  readonly send: (message: ToWorker) => void
}

/** A round in which all workers send what they have. */
interface Round {
  readonly silent: Set<Member>
  readonly timer: Timer
  readonly waiting: (() => void)[]
}

/**
 * The last calls of all workers of this machine, so that each can answer for the calls of another.
 * Workers send them in batches; for one that is not known the others are asked what they still have.
 */
export class RecentCallsOwner {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #memory: CallMemory
  readonly #members = new Set<Member>()
  /** Questions that come while one is under way share it with those that are next. */
  #round: Round | undefined
  #late: (() => void)[] = []

  constructor(clock: Pick<Clock, 'setTimer'>, bytesMax: number = recentCallsBytesMax) {
    this.#clock = clock
    this.#memory = new CallMemory(bytesMax)
  }

  join(send: (message: ToWorker) => void): RecentCallsMember {
    const member: Member = { send }
    this.#members.add(member)
    return {
      ended: (calls, isAsked) => {
        for (const call of calls) this.#memory.keep(call)
        if (isAsked) this.#heard(member)
      },
      wants: (question, requestId, tenant) => {
        const answer = () => this.#memory.find(requestId, tenant)
        const json = answer()
        const tell = (found: string | undefined) =>
          send({ type: 'call-found', question, json: found })
        if (json !== undefined || tenant === '') return tell(json)
        this.#askOthers(() => tell(answer()))
      },
      left: () => {
        this.#members.delete(member)
        this.#heard(member)
      },
    }
  }

  #askOthers(then: () => void): void {
    // What a round under way brings may have been sent before the question.
    if (this.#round !== undefined) this.#late.push(then)
    else this.#begin([then])
  }

  #begin(waiting: (() => void)[]): void {
    const timer = this.#clock.setTimer(answerMs, () => this.#end())
    this.#round = { silent: new Set(this.#members), timer, waiting }
    for (const { send } of this.#members) send({ type: 'calls-wanted' })
    if (this.#members.size === 0) this.#end()
  }

  #heard(member: Member): void {
    const round = this.#round
    if (round === undefined) return
    round.silent.delete(member)
    if (round.silent.size === 0) this.#end()
  }

  #end(): void {
    const round = this.#round
    if (round === undefined) return
    round.timer.cancel()
    this.#round = undefined
    for (const then of round.waiting) then()
    const late = this.#late
    this.#late = []
    if (late.length > 0) this.#begin(late)
  }
}
