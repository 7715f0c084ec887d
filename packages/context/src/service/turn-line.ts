import type { ModelError } from '@fairlead/llm'
import type { ConversationsOptions } from './conversations-options.ts'
import { withinDeadline } from './store-deadline.ts'
import type { GrantedPlace, TurnPlace } from './turn-places.ts'
import type { WaitingCall } from './waiting-call.ts'

/** The calls of this process that are on their way to their turns. */
export class TurnLine {
  readonly #settings: Required<ConversationsOptions>
  readonly #waiting = new Set<WaitingCall>()
  /** Why calls may not wait any more. */
  #refusal: ModelError | undefined

  constructor(settings: Required<ConversationsOptions>) {
    this.#settings = settings
  }

  /** Asks for the place of a call. Throws `store_unavailable` if nobody gives it in time. */
  async enter(call: WaitingCall): Promise<TurnPlace> {
    const { clock, deadlineMs, places } = this.#settings
    const entering = places.enter(call.wanted)
    try {
      return await withinDeadline(clock, deadlineMs, () => entering)
    } catch (error) {
      entering.then((place) => place.leave()).catch(() => {})
      throw error
    }
  }

  /** Waits for the place. Throws when it is refused, or the wait ends otherwise. */
  async wait(place: TurnPlace, call: WaitingCall): Promise<GrantedPlace> {
    if (place.state === 'waiting' && this.#refusal !== undefined) throw this.#refusal
    this.#waiting.add(call)
    try {
      return await call.untilGranted(place)
    } finally {
      this.#waiting.delete(call)
    }
  }

  /** Refuses the calls that wait, and those that would have to. */
  refuse(error: ModelError): void {
    this.#refusal = error
    for (const call of this.#waiting) call.refuse(error)
  }
}
