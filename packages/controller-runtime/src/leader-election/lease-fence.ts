import type { Clock, Timer } from '@fairlead/base'
import type { WriteFence } from '../client/write-fence.ts'
import { LeaderElectionLostError } from './leader-election-lost-error.ts'
import type { SharedDeadline } from './shared-deadline.ts'

/**
 * Lets writes pass until this process has led and no longer does. Open before the first term, in
 * which what every replica runs may write; once closed, closed for ever.
 */
export class LeaseFence implements WriteFence {
  readonly #term: SharedDeadline
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #closed = new AbortController()
  #error: LeaderElectionLostError | undefined
  #timer: Timer | undefined

  constructor(term: SharedDeadline, clock: Pick<Clock, 'setTimer'>) {
    this.#term = term
    this.#clock = clock
  }

  get signal(): AbortSignal {
    return this.#closed.signal
  }

  check(): void {
    if (this.#term.remainingMs === 0) this.close()
    if (this.#error !== undefined) throw this.#error
  }

  /** From now on closes at the end of the term, with nobody asking. */
  guard(): void {
    this.unguard()
    const { remainingMs } = this.#term
    if (remainingMs === 0) return this.close()
    if (this.#error !== undefined || remainingMs === undefined) return
    this.#timer = this.#clock.setTimer(remainingMs, () => this.guard())
  }

  /** Closes only when asked. */
  unguard(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** No write is sent from now on, and those on their way are aborted. */
  close(): void {
    this.unguard()
    if (this.#error !== undefined) return
    this.#error = new LeaderElectionLostError()
    this.#closed.abort(this.#error)
  }
}
