import type { Clock, Logger, Timer } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'

const intervalMs = 60_000

type Expiring = Pick<ContextStore, 'expire'> & {
  readonly responses: Pick<ContextStore['responses'], 'expire'>
  readonly answers: Pick<ContextStore['answers'], 'expire'>
  readonly records: Pick<ContextStore['records'], 'expire'>
  readonly notes: Pick<ContextStore['records'], 'expire'>
}

/** Deletes expired conversations and responses at intervals, until it is stopped. A failure is only logged. */
export class ExpirySweep {
  readonly #store: Expiring
  readonly #clock: Clock
  readonly #logger: Logger
  #timer: Timer | undefined
  #sweeping: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(store: Expiring, clock: Clock, logger: Logger) {
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
    if (this.#stopped) return
    this.#timer = this.#clock.setTimer(intervalMs, () => {
      this.#sweeping = this.#sweep()
    })
  }

  async #sweep(): Promise<void> {
    try {
      const deleted = await this.#store.expire()
      if (deleted > 0) this.#logger.info({ deleted }, 'expired conversations were deleted')
      const responses = await this.#store.responses.expire()
      if (responses > 0) this.#logger.info({ responses }, 'expired responses were deleted')
      await this.#store.answers.expire()
      await this.#store.records.expire()
      await this.#store.notes.expire()
    } catch (error) {
      this.#logger.warn({ err: error }, 'what has expired was not deleted')
    }
    this.#schedule()
  }
}
