import type { CallLifetime } from './call-lifetime.ts'

/**
 * The calls in flight, so that a stopping gateway can drain or abort them. A list in which each
 * call knows its index, because of the garbage collector: a Set that shrinks and grows with every
 * call links its old tables to the new ones, which keeps ended calls alive until a full collection.
 */
export class RunningCalls {
  /** Why no further call may begin; undefined while they may. */
  refusal: Error | undefined
  readonly #calls: CallLifetime[] = []
  readonly #waiting = new Set<() => void>()

  add(call: CallLifetime): void {
    call.place = this.#calls.length
    this.#calls.push(call)
  }

  delete(call: CallLifetime): void {
    const last = this.#calls.pop()
    if (last !== undefined && last !== call) {
      last.place = call.place
      this.#calls[call.place] = last
    }
    if (this.#calls.length > 0) return
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  abort(reason: Error): void {
    for (const call of this.#calls) call.cancel(reason)
  }

  /** Resolves when no call is in flight, including those whose caller has disconnected. */
  ended(): Promise<void> {
    if (this.#calls.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
    })
  }
}
