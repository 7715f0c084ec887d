import { untilAborted } from '@fairlead/base'
import { gatewayError } from '../errors/gateway-error.ts'

/** How many calls a process makes for itself at once, how many may wait, and bytes of all of them. */
export interface OwnCallBounds {
  readonly running: number
  readonly waiting: number
  readonly bytes: number
}

export const ownCallBounds: OwnCallBounds = {
  running: 16,
  waiting: 256,
  bytes: 64 * 1024 * 1024,
}

/** The places of the calls that a process makes for itself, given in the order of asking. */
export class OwnCallPlaces {
  readonly #bounds: OwnCallBounds
  readonly #waiting = new Set<() => void>()
  #running = 0
  #bytes = 0

  constructor(bounds: OwnCallBounds) {
    this.#bounds = bounds
  }

  /**
   * Resolves when there is a place, with the function that gives it back. Rejects with
   * `too_many_own_calls` where too many wait, and with the signal's reason.
   */
  async enter(bytes: number, signal: AbortSignal): Promise<() => void> {
    const mustWait = this.#running >= this.#bounds.running
    const isFull = mustWait && this.#waiting.size >= this.#bounds.waiting
    if (isFull || this.#bytes + bytes > this.#bounds.bytes) throw gatewayError.tooManyOwnCalls()
    this.#bytes += bytes
    try {
      if (mustWait) await this.#turn(signal)
      else this.#running += 1
    } catch (error) {
      this.#bytes -= bytes
      throw error
    }
    return () => this.#leave(bytes)
  }

  /** Whoever leaves hands its place on. */
  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    try {
      await untilAborted(promise, signal)
    } catch (error) {
      const isStillWaiting = this.#waiting.delete(resolve)
      if (!isStillWaiting) this.#handOn()
      throw error
    }
  }

  #leave(bytes: number): void {
    this.#bytes -= bytes
    this.#handOn()
  }

  #handOn(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#running -= 1
    else {
      this.#waiting.delete(next)
      next()
    }
  }
}
