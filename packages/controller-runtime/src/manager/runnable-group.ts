import type { Runnable } from '../runnable.ts'

/**
 * Runnables that start and stop together. Adding one before the group starts keeps it; adding one
 * later starts it at once; adding one after the stop does nothing.
 */
export class RunnableGroup {
  readonly #waiting: Runnable[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #controller = new AbortController()
  readonly #onError: (error: unknown) => void
  #started = false

  /** `onError` hears of every runnable that failed. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  add(runnable: Runnable): void {
    if (this.#started) this.#run(runnable)
    else this.#waiting.push(runnable)
  }

  start(): void {
    this.#started = true
    for (const runnable of this.#waiting.splice(0)) this.#run(runnable)
  }

  /** Asks all of them to stop and resolves when they did. */
  async stop(): Promise<void> {
    this.#controller.abort(new Error('the manager stops'))
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #run(runnable: Runnable): void {
    const { signal } = this.#controller
    if (signal.aborted) return
    const running = Promise.resolve()
      .then(() => runnable.start(signal))
      .catch(this.#onError)
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }
}
