import { untilAborted } from '@fairlead/base'

/** A response that this process runs: how it is ended, and how often what came was stored. */
export class RunningResponse {
  readonly cancel: () => void
  #writes = 0
  #written = Promise.withResolvers<void>()

  constructor(cancel: () => void) {
    this.cancel = cancel
  }

  get writes(): number {
    return this.#writes
  }

  /** Something of it was stored, or it has ended. */
  noteWrite(): void {
    this.#writes += 1
    this.#written.resolve()
    this.#written = Promise.withResolvers()
  }

  /** Resolves when more was stored than after so many writes. */
  async untilWrittenAfter(writes: number, signal: AbortSignal): Promise<void> {
    if (this.#writes === writes) await untilAborted(this.#written.promise, signal)
  }
}
