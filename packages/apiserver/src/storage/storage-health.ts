import type { Clock, Logger } from '@fairlead/base'

/** Probes write, and anybody may ask for them. */
const probeIntervalMs = 1_000

interface Probed {
  /** Tries whether a change could be made durable now. @throws when not */
  probe(): void
}

/** Whether changes can be made durable: red while the disk is full, fails or is read-only. */
export class StorageHealth {
  readonly #storage: Probed
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #logger: Logger
  #probedMs = Number.NEGATIVE_INFINITY
  #problem: string | undefined

  constructor(storage: Probed, clock: Pick<Clock, 'monotonicMs'>, logger: Logger) {
    this.#storage = storage
    this.#clock = clock
    this.#logger = logger
  }

  /** Why no change can be stored; undefined when all is well. As of at most a second ago. */
  problem(): string | undefined {
    const now = this.#clock.monotonicMs()
    if (now - this.#probedMs < probeIntervalMs) return this.#problem
    this.#probedMs = now
    const before = this.#problem
    this.#problem = this.#probe()
    if (before === undefined && this.#problem !== undefined) {
      this.#logger.error({ problem: this.#problem }, 'changes cannot be stored; reading goes on')
    } else if (before !== undefined && this.#problem === undefined) {
      this.#logger.info({}, 'changes can be stored again')
    }
    return this.#problem
  }

  #probe(): string | undefined {
    try {
      this.#storage.probe()
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}
