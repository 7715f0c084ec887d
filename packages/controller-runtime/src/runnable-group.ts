import { abortReason } from '@fairlead/base'
import type { Runnable } from './runnable.ts'

/**
 * Runnables that start and stop together. One added before the group starts is started with it; one
 * added later is started at once.
 */
export class RunnableGroup {
  readonly #waiting: Runnable[] = []
  readonly #running = new Map<Promise<void>, Runnable>()
  readonly #controller = new AbortController()
  readonly #onError: (error: unknown) => void
  #started = false

  /** `onError` is called for every runnable that fails. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** False if the group stops or has stopped, and the runnable will never run. */
  add(runnable: Runnable): boolean {
    if (this.#controller.signal.aborted) return false
    if (this.#started) this.#run(runnable)
    else this.#waiting.push(runnable)
    return true
  }

  start(): void {
    if (this.#controller.signal.aborted) return
    this.#started = true
    for (const runnable of this.#waiting.splice(0)) this.#run(runnable)
  }

  /** Asks all of them to stop and resolves when they have. */
  async stop(): Promise<void> {
    this.#controller.abort(new Error('the manager is stopping'))
    while (this.#running.size > 0) await Promise.all(this.#running.keys())
  }

  /** The names of those that have not ended. */
  unfinished(): readonly string[] {
    return [...this.#running.values()].map(({ name = 'a runnable without a name' }) => name)
  }

  #run(runnable: Runnable): void {
    const { signal } = this.#controller
    const running = Promise.resolve()
      .then(() => runnable.start(signal))
      .catch((error: unknown) => {
        if (!isOfStop(error, signal)) this.#onError(error)
      })
      .finally(() => this.#running.delete(running))
    this.#running.set(running, runnable)
  }
}

/** Whether it says no more than that the signal has aborted, as what was waited for does. */
function isOfStop(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  return error === abortReason(signal) || (error instanceof Error && error.name === 'AbortError')
}
