import type { Clock, Logger, Timer } from '@fairlead/base'
import { interrupted } from '../service/interrupted-response.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { memberLeaseMs } from '../stores/store-members.ts'
import type { SharedPlaces } from './shared-places.ts'

const intervalMs = memberLeaseMs / 3
/** How soon after one sweep another may be wanted. */
const pauseMs = 500

interface DeadMembersSweepOptions {
  readonly store: ContextStore
  readonly clock: Clock
  readonly logger: Logger
  /** The places of this replica; undefined for a store without members. */
  readonly shared: SharedPlaces | undefined
}

/**
 * Ends, at intervals until it is stopped, what ran in members of a store that are dead: nobody else
 * would. While the store cannot be reached for longer than others wait for this member, its places
 * count as lost. Does nothing for a store without members. A failure is only logged.
 */
export class DeadMembersSweep {
  readonly #options: DeadMembersSweepOptions
  #timer: Timer | undefined
  #sweeping: Promise<void> = Promise.resolve()
  #stopped = false
  #reachedMs: number
  #sweptMs: number

  constructor(options: DeadMembersSweepOptions) {
    this.#options = options
    this.#reachedMs = options.clock.monotonicMs()
    this.#sweptMs = this.#reachedMs
    this.#schedule()
  }

  /** Resolves when it has been looked for the dead a moment ago at most. Never rejects. */
  sweepNow(): Promise<void> {
    const { clock } = this.#options
    if (this.#stopped || clock.monotonicMs() - this.#sweptMs < pauseMs) return this.#sweeping
    this.#sweptMs = clock.monotonicMs()
    this.#sweeping = this.#sweeping.then(() => this.#sweep())
    return this.#sweeping
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
    const { clock, shared } = this.#options
    if (this.#stopped || shared === undefined) return
    this.#timer = clock.setTimer(intervalMs, () => {
      this.#sweptMs = clock.monotonicMs()
      this.#sweeping = this.#sweeping.then(() => this.#sweep())
      void this.#sweeping.then(() => this.#schedule())
    })
  }

  async #sweep(): Promise<void> {
    const { store, clock, logger, shared } = this.#options
    const nowSeconds = Math.floor(clock.now() / 1000)
    try {
      const turns = await store.recover(nowSeconds)
      if (turns > 0) logger.warn({ turns }, 'turns of a replica that died are incomplete')
      const responses = await store.responses.recover(interrupted, nowSeconds)
      if (responses > 0) logger.warn({ responses }, 'responses of a replica that died failed')
      await store.answers.recover()
      const awayMs = clock.monotonicMs() - this.#reachedMs
      this.#reachedMs = clock.monotonicMs()
      await (awayMs >= memberLeaseMs ? shared?.keep() : shared?.releaseLeft())
    } catch (error) {
      logger.warn({ err: error }, 'what a dead replica may have left was not ended')
      if (clock.monotonicMs() - this.#reachedMs >= memberLeaseMs) shared?.loseAll()
    }
  }
}
