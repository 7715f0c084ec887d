import { untilAborted } from '@fairlead/base'
import type { Credentials, CredentialSource } from '../kube-config/kube-config.ts'

/**
 * The credentials of another thread, which is asked for them before each use. Does not wait for its
 * answer while it has some: that thread may be busy, and credentials live longer than that.
 */
export class RelayedCredentials implements CredentialSource {
  readonly #ask: (refused: boolean) => void
  #known: Credentials | undefined
  #refused = false
  #asked = false
  #waiting: PromiseWithResolvers<Credentials> | undefined

  /** `ask` is answered, some time later, by `accept` or `fail`. */
  constructor(ask: (refused: boolean) => void) {
    this.#ask = ask
  }

  current(signal: AbortSignal): Promise<Credentials> {
    if (!this.#asked) {
      this.#asked = true
      this.#ask(this.#refused)
      this.#refused = false
    }
    if (this.#known !== undefined) return Promise.resolve(this.#known)
    this.#waiting ??= newWaiting()
    return untilAborted(this.#waiting.promise, signal)
  }

  invalidate(): void {
    this.#known = undefined
    this.#refused = true
    // What was asked for before may be what was refused.
    this.#asked = false
  }

  accept(credentials: Credentials): void {
    this.#asked = false
    this.#known = credentials
    this.#waiting?.resolve(credentials)
    this.#waiting = undefined
  }

  fail(error: unknown): void {
    this.#asked = false
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}

function newWaiting(): PromiseWithResolvers<Credentials> {
  const waiting = Promise.withResolvers<Credentials>()
  // Whoever waited may have given up.
  waiting.promise.catch(() => {})
  return waiting
}
