import type { Clock, Timer } from '@fairlead/base'
import type { ToWorker } from '../worker-messages/messages.ts'

/** How long workers may take to send what they have not sent yet. */
const answerMs = 500

/** A worker that takes part, for as long as its process lives. */
interface RoundMember {
  readonly send: (message: ToWorker) => void
}

interface Round {
  readonly silent: Set<RoundMember>
  readonly timer: Timer
  readonly waiting: (() => void)[]
}

/**
 * Rounds in which all workers send what they collect, for whoever needs all of it now. Whoever comes
 * while one is under way shares the next with others. A worker that does not answer is waited for
 * half a second.
 */
export class WorkerRounds {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #question: ToWorker
  readonly #members = new Set<RoundMember>()
  #round: Round | undefined
  #late: (() => void)[] = []

  /** `question` is what workers are sent; they answer with a message that leads to `heard`. */
  constructor(clock: Pick<Clock, 'setTimer'>, question: ToWorker) {
    this.#clock = clock
    this.#question = question
  }

  join(send: (message: ToWorker) => void): RoundMember {
    const member = { send }
    this.#members.add(member)
    return member
  }

  left(member: RoundMember): void {
    this.#members.delete(member)
    this.heard(member)
  }

  /** Calls back when all have sent what they had when this was called. */
  afterAll(then: () => void): void {
    // What a round under way brings may have been sent before.
    if (this.#round !== undefined) this.#late.push(then)
    else this.#begin([then])
  }

  /** The member has answered the question. */
  heard(member: RoundMember): void {
    const round = this.#round
    if (round === undefined) return
    round.silent.delete(member)
    if (round.silent.size === 0) this.#end()
  }

  #begin(waiting: (() => void)[]): void {
    const timer = this.#clock.setTimer(answerMs, () => this.#end())
    this.#round = { silent: new Set(this.#members), timer, waiting }
    for (const { send } of this.#members) send(this.#question)
    if (this.#members.size === 0) this.#end()
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
