import type { CallLifetime } from './call-lifetime.ts'

/** The calls that run, so that a stopping gateway can wait for them and end them. */
export class RunningCalls {
  readonly #calls = new Set<CallLifetime>()
  readonly #waiting = new Set<() => void>()

  add(call: CallLifetime): void {
    this.#calls.add(call)
  }

  delete(call: CallLifetime): void {
    this.#calls.delete(call)
    if (this.#calls.size > 0) return
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  abort(reason: Error): void {
    for (const call of this.#calls) call.abort(reason)
  }

  /** Resolves when no call runs, also none whose caller has left. */
  ended(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
    })
  }
}
