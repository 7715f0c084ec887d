import type { Clock, Logger, Timer } from '@fairlead/base'
import { interrupted } from '../service/interrupted-response.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { memberLeaseMs } from '../stores/store-members.ts'

const intervalMs = memberLeaseMs / 3

/**
 * Ends, at intervals until it is stopped, what ran in members of a store that are dead: nobody else
 * would. Does nothing for a store without members. A failure is only logged.
 */
export class DeadMembersSweep {
  readonly #store: ContextStore
  readonly #clock: Clock
  readonly #logger: Logger
  #timer: Timer | undefined
  #sweeping: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(store: ContextStore, clock: Clock, logger: Logger) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
    this.#schedule()
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  /** Resolves when no sweep is running. */
  ended(): Promise<void> {
    return this.#sweeping
  }

  #schedule(): void {
    if (this.#stopped || this.#store.members === undefined) return
    this.#timer = this.#clock.setTimer(intervalMs, () => {
      this.#sweeping = this.#sweep()
    })
  }

  async #sweep(): Promise<void> {
    const nowSeconds = Math.floor(this.#clock.now() / 1000)
    try {
      const turns = await this.#store.recover(nowSeconds)
      if (turns > 0) this.#logger.warn({ turns }, 'turns of a replica that died are incomplete')
      const responses = await this.#store.responses.recover(interrupted, nowSeconds)
      if (responses > 0) this.#logger.warn({ responses }, 'responses of a replica that died failed')
      await this.#store.answers.recover()
    } catch (error) {
      this.#logger.warn({ err: error }, 'what a dead replica may have left was not ended')
    }
    this.#schedule()
  }
}
