import type { Clock, Logger, Timer } from '@fairlead/base'
import type { KnowledgeIndex } from './knowledge-index.ts'

interface RemovedSourcesOptions {
  readonly index: Pick<KnowledgeIndex, 'figures' | 'removeSource'>
  /** Those that a base has. */
  readonly named: ReadonlySet<string>
  /** Whether this process may write now. */
  readonly mayWrite: () => Promise<boolean>
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Logger
  /** Nothing more is begun once it aborts. */
  readonly signal: AbortSignal
}

const firstRetryMs = 10_000
const longestRetryMs = 10 * 60_000

/**
 * The sources that a base has no more, of which an index may still have passages. Their removal is tried
 * again until it succeeds, after 10 seconds and then ever more rarely.
 */
export class RemovedSources {
  readonly #options: RemovedSourcesOptions
  #isDone = false
  #failures = 0
  #retry: Timer | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(options: RemovedSourcesOptions) {
    this.#options = options
  }

  /** Removes them where this process may; resolves when that was tried. */
  remove(): Promise<void> {
    this.#retry?.cancel()
    this.#turn = this.#turn.then(() => this.#try())
    return this.#turn
  }

  async close(): Promise<void> {
    this.#retry?.cancel()
    await this.#turn
  }

  async #try(): Promise<void> {
    const { index, logger, mayWrite, named, signal } = this.#options
    if (this.#isDone || signal.aborted || !(await mayWrite())) return
    try {
      for (const name of (await index.figures()).keys()) {
        if (signal.aborted) return
        if (!named.has(name)) await index.removeSource(name)
      }
      this.#isDone = true
    } catch (error) {
      if (signal.aborted) return
      logger.warn({ err: error }, 'sources of knowledge that are no more were not removed')
      this.#retryLater()
    }
  }

  #retryLater(): void {
    const waitMs = Math.min(firstRetryMs * 2 ** Math.min(this.#failures, 20), longestRetryMs)
    this.#failures += 1
    this.#retry?.cancel()
    this.#retry = this.#options.clock.setTimer(waitMs, () => void this.remove())
  }
}
