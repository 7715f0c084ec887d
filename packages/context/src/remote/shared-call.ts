import type { QueuedCall, QueuePlace } from '../service/turn-queue.ts'

/** How a call leaves, and whom it tells. */
interface SharedCallEvents {
  readonly leave: (call: SharedCall) => void
}

/** A call that has its turn among those of this replica, and then needs the place in the store. */
export class SharedCall implements QueuePlace {
  readonly call: QueuedCall
  state: QueuePlace['state'] = 'waiting'
  /** Its place among the calls of this replica. */
  place: QueuePlace | undefined
  /** The one before it did not end in time. */
  followsEviction = false
  hasLeft = false
  /** Rejects when the store is not available. Until then nobody knows whether it is refused. */
  readonly decided: Promise<void>
  isDecided = false
  readonly #decide: PromiseWithResolvers<void>
  readonly #events: SharedCallEvents

  constructor(call: QueuedCall, events: SharedCallEvents) {
    this.call = call
    this.#events = events
    this.#decide = Promise.withResolvers()
    this.decided = this.#decide.promise
    // Whoever left before it was decided does not ask.
    this.decided.catch(() => {})
  }

  /** It may run its turn: the first answer says so, or news of it. */
  grant(): void {
    this.place?.setTentative(false)
    if (!this.isDecided && !this.followsEviction) {
      this.decide('granted')
      return
    }
    this.decide('waiting')
    this.state = 'granted'
    this.call.granted(this.followsEviction)
  }

  decide(state: QueuePlace['state']): void {
    if (this.isDecided) return
    this.isDecided = true
    this.state = state
    this.#decide.resolve()
  }

  fail(error: unknown): void {
    if (this.isDecided) return
    this.isDecided = true
    this.#decide.reject(error instanceof Error ? error : new Error(String(error)))
  }

  began(turn: string): void {
    this.place?.began(turn)
  }

  setAbandoned(isAbandoned: boolean): void {
    this.place?.setAbandoned(isAbandoned)
  }

  setTentative(isTentative: boolean): void {
    this.place?.setTentative(isTentative)
  }

  leave(): void {
    this.#events.leave(this)
  }
}
