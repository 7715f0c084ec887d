import type { Clock } from '@fairlead/base'

/** A watch that ends sooner, without any event, did not work. */
const shortWatchMs = 1000

/**
 * What an informer knows of its connection to the server. A watch works once it has delivered an
 * event or has been open for a second: one that the server accepts only to end it does not.
 */
export class Contact {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #lastError: Error | undefined
  #failingSinceMs: number | undefined
  #openedMs: number | undefined
  #heardMs: number | undefined

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** Why the last list or watch failed; undefined while it works. */
  get lastError(): Error | undefined {
    return this.#lastError
  }

  /** How long no watch has worked, in milliseconds; undefined while one works. */
  get failingForMs(): number | undefined {
    if (this.#failingSinceMs === undefined || this.#works()) return undefined
    return this.#clock.monotonicMs() - this.#failingSinceMs
  }

  /** How long ago the server last sent anything; undefined if it never has. */
  get silentForMs(): number | undefined {
    return this.#heardMs === undefined ? undefined : this.#clock.monotonicMs() - this.#heardMs
  }

  listed(): void {
    this.#hear()
    this.#lastError = undefined
  }

  /** The watch sent bytes: its first are that the server accepted it. */
  activity(): void {
    this.#hear()
    if (this.#openedMs !== undefined) return
    this.#openedMs = this.#clock.monotonicMs()
    this.#lastError = undefined
  }

  event(): void {
    this.#failingSinceMs = undefined
  }

  /** The watch has ended. Returns whether it worked. */
  ended(hadEvents: boolean): boolean {
    const worked = hadEvents || this.#works()
    if (worked) this.#failingSinceMs = undefined
    this.#openedMs = undefined
    return worked
  }

  failed(error: Error): void {
    this.#lastError = error
    this.#failingSinceMs ??= this.#clock.monotonicMs()
  }

  #works(): boolean {
    return (
      this.#openedMs !== undefined && this.#clock.monotonicMs() - this.#openedMs >= shortWatchMs
    )
  }

  #hear(): void {
    this.#heardMs = this.#clock.monotonicMs()
  }
}
