import type { Clock, Logger, Timer } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'

/** How often a store that failed is checked. */
const checkIntervalMs = 5000

interface StoreHealthOptions {
  readonly store: Pick<ContextStore, 'check'>
  readonly storeName: string
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Logger
  readonly onAvailability: (problem: string | undefined) => void
}

/**
 * Whether a store works. One failure means that it does not; from then on it is checked at
 * intervals, and works again when a check succeeds, whether or not anybody calls.
 */
export class StoreHealth {
  readonly #options: StoreHealthOptions
  #problem: string | undefined
  #timer: Timer | undefined
  #stopped = false

  constructor(options: StoreHealthOptions) {
    this.#options = options
  }

  /** The store, with a look at how each of its operations ends. */
  watch(store: ContextStore): ContextStore {
    return this.#watched(store, {
      responses: this.#watched(store.responses),
      answers: this.#watched(store.answers),
      factors: this.#watched(store.factors),
      // Not records: a store that works refuses those that are too large.
    })
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #watched<Watched extends object>(target: Watched, replaced: Partial<Watched> = {}): Watched {
    return new Proxy(target, {
      get: (_, property) => {
        if (property in replaced) return Reflect.get(replaced, property)
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== 'function') return value
        return (...list: readonly unknown[]) => {
          const result: unknown = Reflect.apply(value, target, list)
          if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error))
          return result
        }
      },
    })
  }

  #failed(error: unknown): void {
    if (this.#stopped) return
    const problem = error instanceof Error ? error.message : String(error)
    const { storeName: conversationStore, logger, onAvailability } = this.#options
    if (this.#problem === undefined) {
      logger.error({ conversationStore, err: error }, 'the conversation store does not work')
    }
    if (this.#problem !== problem) {
      this.#problem = problem
      onAvailability(problem)
    }
    this.#timer ??= this.#options.clock.setTimer(checkIntervalMs, () => void this.#check())
  }

  async #check(): Promise<void> {
    try {
      await this.#options.store.check()
      this.#timer = undefined
    } catch (error) {
      this.#timer = undefined
      this.#failed(error)
      return
    }
    if (this.#stopped) return
    this.#problem = undefined
    const { storeName: conversationStore, logger, onAvailability } = this.#options
    logger.info({ conversationStore }, 'the conversation store works again')
    onAvailability(undefined)
  }
}
