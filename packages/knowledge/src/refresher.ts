import { abortReason, type Clock, type Logger, type Timer } from '@fairlead/base'
import { type IndexingOptions, SourceRefresh } from './source-refresh.ts'
import type { DocumentSource } from './sources/document-source.ts'

interface RefresherOptions extends IndexingOptions {
  readonly sources: readonly {
    readonly source: DocumentSource
    /** How often it is read; undefined: when `refresh` is called. */
    readonly everyMs: number | undefined
  }[]
  readonly clock: Clock
  readonly logger: Logger
  /** Called after each refresh, when figures are others. */
  readonly onRefreshed?: () => void
}

/** How a source stands. */
export interface SourceFigures {
  readonly name: string
  readonly documents: number
  readonly passages: number
  /** Documents that the last refresh could not read or index. */
  readonly failures: number
  /** Unix milliseconds; undefined until it has been read once without a failure. */
  readonly lastSuccessMs: number | undefined
  /** Undefined after a refresh without a failure. */
  readonly lastProblem: string | undefined
}

interface SourceState {
  readonly source: DocumentSource
  readonly everyMs: number | undefined
  figures: SourceFigures
  failedInARow: number
  timer: Timer | undefined
  /** The refresh that waits or runs. */
  next: Promise<void> | undefined
}

const firstRetryMs = 10_000
/** A source that is read only when it is said to have changed is tried again at least so often. */
const longestRetryMs = 10 * 60_000

/**
 * Keeps an index as its sources are: reads each at its time, one after another, and indexes what has
 * changed. A failure of one document or source stops no other; a source that fails is tried again
 * after 10 seconds, and then ever more rarely.
 */
export class Refresher {
  readonly #options: RefresherOptions
  readonly #states: readonly SourceState[]
  readonly #stop = new AbortController()
  #turn: Promise<void> = Promise.resolve()

  constructor(options: RefresherOptions) {
    this.#options = options
    this.#states = options.sources.map(({ everyMs, source }) => ({
      source,
      everyMs,
      figures: {
        name: source.name,
        documents: 0,
        passages: 0,
        failures: 0,
        lastSuccessMs: undefined,
        lastProblem: undefined,
      },
      failedInARow: 0,
      timer: undefined,
      next: undefined,
    }))
  }

  /** Removes sources that are no more, and reads all. */
  start(): void {
    this.#turn = this.#turn.then(() => this.#removeOthers())
    for (const state of this.#states) void this.#refresh(state)
  }

  /** Reads a source now, or all, such as when it has changed. Resolves when it has been read, whatever came of it. */
  async refresh(name?: string): Promise<void> {
    const states = this.#states.filter(({ source }) => name === undefined || source.name === name)
    await Promise.all(states.map((state) => this.#refresh(state)))
  }

  figures(): readonly SourceFigures[] {
    return this.#states.map(({ figures }) => figures)
  }

  /** Stops at once; documents are indexed whole or not at all. Index and cutter stay open. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the refreshing of the knowledge base was stopped'))
    for (const { timer } of this.#states) timer?.cancel()
    await this.#turn
  }

  #refresh(state: SourceState): Promise<void> {
    state.timer?.cancel()
    // One that waits reads what there is then.
    if (state.next !== undefined) return state.next
    const next = this.#turn.then(async () => {
      state.next = undefined
      if (this.#stop.signal.aborted) return
      await this.#read(state)
    })
    state.next = next
    this.#turn = next
    return next
  }

  async #read(state: SourceState): Promise<void> {
    const { clock, logger, onRefreshed } = this.#options
    const { name } = state.source
    const refresh = new SourceRefresh(state.source, this.#options)
    let problem: string | undefined
    try {
      await refresh.run(this.#stop.signal)
      problem = refresh.lastProblem
    } catch (error) {
      if (this.#stop.signal.aborted) return
      problem = error instanceof Error ? error.message : 'it could not be read'
    }
    const lastProblem = problem?.slice(0, 1000).toWellFormed()
    const { documents, passages } = (await this.#indexed(name)) ?? state.figures
    state.figures = {
      name,
      documents,
      passages,
      failures: refresh.failures,
      lastSuccessMs: lastProblem === undefined ? clock.now() : state.figures.lastSuccessMs,
      lastProblem,
    }
    state.failedInARow = lastProblem === undefined ? 0 : state.failedInARow + 1
    if (lastProblem !== undefined) {
      logger.warn(
        { source: name, problem: lastProblem },
        'a source of knowledge was not read whole',
      )
    }
    this.#schedule(state)
    onRefreshed?.()
  }

  async #indexed(name: string) {
    const figures = await this.#options.index.figures().catch(() => undefined)
    return figures?.get(name) ?? (figures === undefined ? undefined : { documents: 0, passages: 0 })
  }

  #schedule(state: SourceState): void {
    const { everyMs, failedInARow } = state
    const retryMs = firstRetryMs * 2 ** Math.min(failedInARow - 1, 20)
    const delayMs = failedInARow === 0 ? everyMs : Math.min(retryMs, everyMs ?? longestRetryMs)
    if (delayMs === undefined || this.#stop.signal.aborted) return
    state.timer = this.#options.clock.setTimer(delayMs, () => void this.#refresh(state))
  }

  async #removeOthers(): Promise<void> {
    const { index, logger } = this.#options
    const named = new Set(this.#states.map(({ source }) => source.name))
    try {
      for (const name of (await index.figures()).keys()) {
        if (this.#stop.signal.aborted) throw abortReason(this.#stop.signal)
        if (!named.has(name)) await index.removeSource(name)
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        logger.warn({ err: error }, 'sources of knowledge that are no more were not removed')
      }
    }
  }
}
