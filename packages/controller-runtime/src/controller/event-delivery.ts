import type { Clock, Logger, Timer } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import { keyOf, keyText } from '../object-key.ts'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'

/** An event as the log names it; in words, if it is not about an object. */
type DeliveredEvent = string | { readonly verb: string; readonly object: TypedObject }

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
  #failures = 0

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

  deliver(event: DeliveredEvent, tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#failures += 1
      this.#retry(String(this.#failures), nameOf(event), tell, error)
    }
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

  #retry(id: string, event: string, tell: () => void, error: unknown): void {
    if (this.#timers.size >= waitingLimit) {
      const message = `predicates or handlers throw for ${waitingLimit} events: ${event} is one`
      this.#fail(new Error(message, { cause: error }))
      return
    }
    const delayMs = this.#backoff.when(id)
    this.#logger.error(
      { err: error, event, delayMs },
      'a predicate or a handler threw for an event, which is delivered again',
    )
    this.#timers.set(
      id,
      this.#clock.setTimer(delayMs, () => this.#again(id, event, tell)),
    )
  }

  #again(id: string, event: string, tell: () => void): void {
    this.#timers.delete(id)
    try {
      tell()
      this.#backoff.forget(id)
      this.#onDelivered()
    } catch (error) {
      this.#retry(id, event, tell, error)
    }
  }
}

function nameOf(event: DeliveredEvent): string {
  if (typeof event === 'string') return event
  const { verb, object } = event
  return `${verb} ${object.kind} ${keyText(keyOf(object))}`
}
