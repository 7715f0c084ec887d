import type { Clock, Timer } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'

import { parseResourceVersion } from '../exchange/query-parameters.ts'
import type { Storage } from '../storage/storage.ts'

/** As blockTimeout in apiserver's watch_cache.go. */
const waitMs = 3_000

interface Wait {
  readonly revision: number
  readonly timer: Timer
  readonly settle: (error?: Error) => void
}

/**
 * Reads that ask for a revision which the storage has not reached: they wait for it up to three
 * seconds, as those from the watch cache of a real server do.
 */
export class RevisionWaits {
  readonly #storage: Pick<Storage, 'revision' | 'subscribe'>
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #waits = new Set<Wait>()
  #unsubscribe: (() => void) | undefined

  constructor(storage: Pick<Storage, 'revision' | 'subscribe'>, clock: Pick<Clock, 'setTimer'>) {
    this.#storage = storage
    this.#clock = clock
  }

  /**
   * Undefined when the revision has been reached, as that of an empty text has; else resolves once
   * it is, or rejects with StatusError 504.
   * @throws StatusError 400 when the text is no revision
   */
  reached(resourceVersion: string): Promise<void> | undefined {
    const revision = parseResourceVersion(resourceVersion)
    if (revision <= this.#storage.revision) return undefined
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const tooLarge = (): Error =>
      errors.tooLargeResourceVersion(String(BigInt(resourceVersion)), this.#storage.revision)
    const wait: Wait = {
      revision,
      timer: this.#clock.setTimer(waitMs, () => wait.settle(tooLarge())),
      settle: (error) => {
        this.#forget(wait)
        if (error === undefined) resolve()
        else reject(error)
      },
    }
    this.#waits.add(wait)
    this.#unsubscribe ??= this.#storage.subscribe('all', () => this.#settleReached())
    return promise
  }

  /** Answers all that still wait. */
  stop(): void {
    for (const { settle } of this.#waits) settle(errors.timeout('the server is shutting down'))
  }

  #settleReached(): void {
    for (const { revision, settle } of this.#waits) {
      if (revision <= this.#storage.revision) settle()
    }
  }

  #forget(wait: Wait): void {
    wait.timer.cancel()
    this.#waits.delete(wait)
    if (this.#waits.size > 0) return
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }
}
