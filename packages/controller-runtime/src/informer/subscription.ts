import type { Clock, Logger, Timer } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'
import type { InformerHandler } from './informer.ts'

/** An event, as a call of the handler. */
type Tell<T extends TypedObject> = (handler: InformerHandler<T>) => void

interface SubscriptionOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Called when the handler has thrown for so long that too many events wait for it. */
  readonly fail: (error: Error) => void
}

const waitingLimit = 10_000

/**
 * Delivers events in order to one handler, which is others' code. When it throws, the event is
 * delivered again after 5 ms, 10 ms … up to 30 s, and those after it wait; with more than 10,000
 * waiting it gives up.
 */
export class Subscription<T extends TypedObject> {
  readonly #handler: InformerHandler<T>
  readonly #options: SubscriptionOptions
  readonly #backoff = new ExponentialBackoff({ maxMs: 30_000 })
  readonly #waiting: Tell<T>[] = []
  #stopped = false
  #timer: Timer | undefined

  constructor(handler: InformerHandler<T>, options: SubscriptionOptions) {
    this.#handler = handler
    this.#options = options
  }

  deliver(tell: Tell<T>): void {
    if (this.#stopped || (this.#waiting.length === 0 && this.#try(tell))) return
    this.#waiting.push(tell)
    if (this.#waiting.length <= waitingLimit) return
    this.stop()
    this.#options.fail(new Error(`an event handler has thrown until ${waitingLimit} events waited`))
  }

  /** Nothing is delivered again after this. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#waiting.length = 0
  }

  #try(tell: Tell<T>): boolean {
    try {
      tell(this.#handler)
      this.#backoff.forget('')
      return true
    } catch (error) {
      const { logger, clock } = this.#options
      if (this.#stopped) return true
      const delayMs = this.#backoff.when('')
      logger.error({ err: error, delayMs }, 'an event handler threw; it is called again')
      this.#timer = clock.setTimer(delayMs, () => this.#again())
      return false
    }
  }

  #again(): void {
    let delivered = 0
    for (const tell of this.#waiting) {
      if (!this.#try(tell)) break
      delivered += 1
    }
    this.#waiting.splice(0, delivered)
  }
}
