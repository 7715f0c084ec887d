import { type Clock, DeadlineError, sleep, untilAborted } from '@fairlead/base'

/**
 * The reconciles that go on although their signal has aborted. Nothing can end them from outside,
 * so they are left alone, up to a limit; their names stay locked until they end.
 */
export class AbandonedReconciles {
  readonly #limit: number
  readonly #clock: Clock
  readonly #running = new Set<Promise<unknown>>()

  constructor(limit: number, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
  }

  get size(): number {
    return this.#running.size
  }

  /**
   * Settles as the reconcile does. If the deadline of `signal` passes and the reconcile does not
   * end by that, rejects with the deadline; `abandon` is called then, with what resolves at its end.
   */
  async settle<T>(
    reconcile: Promise<T>,
    signal: AbortSignal,
    abandon: (ended: Promise<void>) => void,
  ): Promise<T> {
    try {
      return await untilAborted(reconcile, signal)
    } catch (error) {
      if (!(signal.reason instanceof DeadlineError) || this.#running.size >= this.#limit) {
        return reconcile
      }
      // One that honours its signal ends by it, in the same turn of the event loop.
      if (await this.#endsNow(reconcile)) return reconcile
      const ended = reconcile.then(
        () => {},
        () => {},
      )
      this.#running.add(ended)
      abandon(ended.then(() => void this.#running.delete(ended)))
      throw error
    }
  }

  /** Resolves when the last one has ended. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #endsNow(reconcile: Promise<unknown>): Promise<boolean> {
    const ended = reconcile.then(
      () => true,
      () => true,
    )
    return Promise.race([ended, sleep(this.#clock, 0).then(() => false)])
  }
}
