/** Told that what it takes part in must end. */
export interface CancellationListener {
  onCancel(reason: Error): void
}

/**
 * Whether something must end, and why: an AbortController for where there is one for every call. The
 * AbortSignal, which costs more than all else here, is made only if somebody asks for it.
 */
export class Cancellation {
  #reason: Error | undefined
  #listeners: CancellationListener[] | undefined
  #controller: AbortController | undefined

  get cancelled(): boolean {
    return this.#reason !== undefined
  }

  /** Undefined until it is cancelled. */
  get reason(): Error | undefined {
    return this.#reason
  }

  /** Aborts with the same reason. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  throwIfCancelled(): void {
    if (this.#reason !== undefined) throw this.#reason
  }

  /** Tells every listener, once; only the first reason counts. */
  cancel(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    const listeners = this.#listeners
    this.#listeners = undefined
    for (const listener of listeners ?? []) listener.onCancel(reason)
    this.#controller?.abort(reason)
  }

  /** The listener is called at once if it is too late to wait. */
  listen(listener: CancellationListener): void {
    if (this.#reason !== undefined) return listener.onCancel(this.#reason)
    if (this.#listeners === undefined) this.#listeners = [listener]
    else this.#listeners.push(listener)
  }

  unlisten(listener: CancellationListener): void {
    const listeners = this.#listeners
    if (listeners === undefined) return
    const index = listeners.indexOf(listener)
    if (index !== -1) listeners.splice(index, 1)
  }
}
