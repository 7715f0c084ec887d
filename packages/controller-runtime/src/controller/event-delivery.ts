import type { Clock, Logger, Timer } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import { keyOf, keyText } from '../object-key.ts'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'

/** An event as the log names it; in words, if it is not about an object. */
export type DeliveredEvent = string | { readonly verb: string; readonly object: TypedObject }

/** Calls predicates and handlers; a promise if one of them is not done at once. */
export type Tell = () => void | Promise<void>

const waitingLimit = 1000

/**
 * Delivers events to predicates and handlers, which are others' code: an event for which it throws,
 * or its promise rejects, is delivered again after 5 ms, 10 ms … up to 1000 s, until it does not. If
 * a thousand wait for that, the controller fails.
 */
export class EventDelivery {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #fail: (error: Error) => void
  readonly #onDelivered: () => void
  readonly #backoff = new ExponentialBackoff()
  readonly #timers = new Map<string, Timer>()
  #failures = 0
  #unfinished = 0
  #isStopped = false

  /** `onDelivered` is called after an event that was not delivered at once. */
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

  deliver(event: DeliveredEvent, tell: Tell): void {
    void this.attempt(event, tell)
  }

  /** As `deliver`; returns a promise, which never rejects, if the handlers are not done at once. */
  attempt(event: DeliveredEvent, tell: Tell): void | Promise<void> {
    const failed = (error: unknown) => {
      this.#failures += 1
      this.#retry(String(this.#failures), event, tell, error)
    }
    return this.#call(tell, () => {}, failed)
  }

  /** How many events are not yet delivered: in progress, in line, or to be delivered again. */
  get waiting(): number {
    return this.#timers.size + this.#unfinished
  }

  /** Counts events that come to stand in line, or leave it if there are fewer than 0. */
  count(events: number): void {
    this.#unfinished += events
  }

  /** The controller ends with the error. */
  fail(error: Error): void {
    this.#fail(error)
  }

  /** Nothing is delivered after this. */
  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  #call(tell: Tell, done: () => void, failed: (error: unknown) => void): void | Promise<void> {
    let told: void | Promise<void>
    try {
      told = tell()
    } catch (error) {
      return failed(error)
    }
    if (told === undefined) return done()
    this.#unfinished += 1
    return this.#settle(told, done, failed)
  }

  async #settle(told: Promise<void>, done: () => void, failed: (error: unknown) => void) {
    try {
      await told
      done()
    } catch (error) {
      failed(error)
    } finally {
      this.#unfinished -= 1
      this.#onDelivered()
    }
  }

  #retry(id: string, event: DeliveredEvent, tell: Tell, error: unknown): void {
    if (this.#isStopped) return
    const name = nameOfEvent(event)
    if (this.#timers.size >= waitingLimit) {
      const message = `predicates or handlers throw for ${waitingLimit} events: ${name} is one`
      this.#fail(new Error(message, { cause: error }))
      return
    }
    const delayMs = this.#backoff.when(id)
    this.#logger.error(
      { err: error, event: name, delayMs },
      'a predicate or a handler threw for an event, which is delivered again',
    )
    this.#timers.set(
      id,
      this.#clock.setTimer(delayMs, () => void this.#again(id, event, tell)),
    )
  }

  #again(id: string, event: DeliveredEvent, tell: Tell): void | Promise<void> {
    this.#timers.delete(id)
    const done = () => {
      this.#backoff.forget(id)
      this.#onDelivered()
    }
    return this.#call(tell, done, (error) => this.#retry(id, event, tell, error))
  }
}

/** `update Pod shop/web`. */
export function nameOfEvent(event: DeliveredEvent): string {
  if (typeof event === 'string') return event
  const { verb, object } = event
  return `${verb} ${object.kind} ${keyText(keyOf(object))}`
}
