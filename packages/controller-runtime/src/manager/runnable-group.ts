import type { Runnable } from '../runnable.ts'

/**
 * Runnables that start and stop together. One added before the group starts is
 * started with it; one added later is started at once; one added after the stop is ignored.
 */
export class RunnableGroup {
  readonly #waiting: Runnable[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #controller = new AbortController()
  readonly #onError: (error: unknown) => void
  #started = false

  /** `onError` is called for every runnable that fails. */
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

  /** Asks all of them to stop and resolves when they have. */
  async stop(): Promise<void> {
    this.#controller.abort(new Error('the manager is stopping'))
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
