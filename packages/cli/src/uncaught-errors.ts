import type { Clock, Logger } from '@fairlead/base'

/** More of them within `windowMs` are not accidents: the process may be in a state of its own making. */
const toleratedErrors = 10
const windowMs = 60_000

/** How many errors nothing caught. */
export interface UncaughtErrorCount {
  readonly count: number
}

interface UncaughtErrorsOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly logger: Pick<Logger, 'error'>
  /** Called once, when there have been more than ten errors within a minute. */
  readonly onTooMany: () => void
}

/**
 * The last handler: what is thrown in a timer, a listener or a callback, and promises whose rejection
 * nobody handles. One such error concerns one call or one event, whose owner has its own deadline;
 * it is logged with its stack and counted, and the process goes on.
 */
export class UncaughtErrors implements UncaughtErrorCount {
  readonly #options: UncaughtErrorsOptions
  /** When the last ones came; at most `toleratedErrors + 1`. */
  readonly #times: number[] = []
  #count = 0
  #isTooMany = false

  constructor(options: UncaughtErrorsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#count
  }

  /** Takes everything that this process does not catch from now on. */
  watch(process: NodeJS.Process): this {
    // Rejections that nobody handles come here too, with their own origin.
    process.on('uncaughtException', (error, origin) => this.caught(error, origin))
    return this
  }

  caught(error: unknown, origin: string): void {
    const { clock, logger, onTooMany } = this.#options
    this.#count += 1
    const nowMs = clock.monotonicMs()
    this.#times.push(nowMs)
    if (this.#times.length > toleratedErrors + 1) this.#times.shift()
    try {
      logger.error({ error, origin }, 'nothing caught an error')
    } catch {
      // An error that cannot be written is still counted; a throw here would end the process.
    }
    const [first = nowMs] = this.#times
    const isTooMany = this.#times.length > toleratedErrors && nowMs - first < windowMs
    if (!isTooMany || this.#isTooMany) return
    this.#isTooMany = true
    onTooMany()
  }
}
