import type { Clock, Timer } from '@fairlead/base'

interface AnswerWatchOptions {
  /** How often the other process is asked for something, at least. */
  readonly turnMs: number
  /** How many turns in a row may pass without an answer. */
  readonly turns: number
  readonly clock: Pick<Clock, 'setTimer'>
  /** Called once, when too many have passed. */
  readonly onSilence: () => void
}

/**
 * Notices that a process no longer answers. Time is measured in turns of this process, not by a
 * clock: a suspended machine, or a debugger that stops both, counts as one turn at most.
 */
export class AnswerWatch {
  readonly #options: AnswerWatchOptions
  #silentTurns = 0
  #heard = false
  #timer: Timer

  constructor(options: AnswerWatchOptions) {
    this.#options = options
    this.#timer = this.#nextTurn()
  }

  /** The process has sent something. */
  heard(): void {
    this.#heard = true
  }

  stop(): void {
    this.#timer.cancel()
  }

  #nextTurn(): Timer {
    const { clock, turnMs } = this.#options
    return clock.setTimer(turnMs, () => this.#endTurn())
  }

  #endTurn(): void {
    this.#silentTurns = this.#heard ? 0 : this.#silentTurns + 1
    this.#heard = false
    if (this.#silentTurns >= this.#options.turns) this.#options.onSilence()
    else this.#timer = this.#nextTurn()
  }
}
