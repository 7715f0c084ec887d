import type { Clock, Logger, Timer } from '@fairlead/base'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'

const waitingLimit = 1000

/**
 * Delivers events to predicates and handlers, which are others' code: an event for which it throws
 * is delivered again after 5 ms, 10 ms … up to 1000 s, until it does not. If a thousand wait for
 * that, the controller fails.
 */
export class EventDelivery {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #fail: (error: Error) => void
  readonly #onDelivered: () => void
  readonly #backoff = new ExponentialBackoff()
  readonly #timers = new Map<string, Timer>()
  #count = 0

  /** `onDelivered` is called after an event that had to be delivered again. */
  constructor(
    clock: Clock,
    logger: Logger,
    fail: (error: Error) => void,
    onDelivered: () => void = () => {},
  ) {
    this.#onDelivered = onDelivered
    this.#clock = clock
    this.#logger = logger
    this.#fail = fail
  }

  /** `what` names the event in the log. */
  deliver(what: string, event: () => void): void {
    this.#count += 1
    this.#try(String(this.#count), what, event)
  }

  /** How many events wait to be delivered again. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Nothing is delivered after this. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  #try(id: string, what: string, event: () => void): void {
    const again = this.#timers.delete(id)
    try {
      event()
      this.#backoff.forget(id)
      if (again) this.#onDelivered()
    } catch (error) {
      if (this.#timers.size >= waitingLimit) {
        const message = `predicates or handlers throw for ${waitingLimit} events: ${what} is one`
        this.#fail(new Error(message, { cause: error }))
        return
      }
      const delayMs = this.#backoff.when(id)
      this.#logger.error(
        { err: error, event: what, delayMs },
        'a predicate or a handler threw for an event, which is delivered again',
      )
      this.#timers.set(
        id,
        this.#clock.setTimer(delayMs, () => this.#try(id, what, event)),
      )
    }
  }
}
