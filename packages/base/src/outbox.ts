/** Collects what is to be sent during one turn of the event loop, and sends it together. */
export class Outbox<T> {
  readonly #send: (batch: readonly T[]) => void
  #batch: T[] = []

  constructor(send: (batch: readonly T[]) => void) {
    this.#send = send
  }

  put(entry: T): void {
    this.#batch.push(entry)
    if (this.#batch.length === 1) setImmediate(() => this.#flush())
  }

  #flush(): void {
    const batch = this.#batch
    this.#batch = []
    this.#send(batch)
  }
}
