import type { Clock } from '@fairlead/base'

/** The ends of turns that other processes run, for those who follow them. */
export class ForeignEnds {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock
  }

  /** A turn of the conversation has ended. */
  note(tenant: string, conversation: string): void {
    const waiting = this.#waiting.get(JSON.stringify([tenant, conversation]))
    for (const resolve of waiting ?? []) resolve()
  }

  /** Resolves when a turn of the conversation is known to have ended, or after `waitMs`. */
  async wait(
    tenant: string,
    conversation: string,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted()
    const key = JSON.stringify([tenant, conversation])
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting.add(resolve))
    const timer = this.#clock.setTimer(waitMs, resolve)
    const onAbort = () => resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      timer.cancel()
      signal.removeEventListener('abort', onAbort)
      waiting.delete(resolve)
      if (waiting.size === 0) this.#waiting.delete(key)
    }
  }
}
