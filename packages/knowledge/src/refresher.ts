import type { Clock, Logger, Random, Timer } from '@fairlead/base'
import type { KnowledgeFigures, SharedIndex } from './knowledge-index.ts'
import { RemovedSources } from './removed-sources.ts'
import { readTold } from './told-figures.ts'
import { type IndexingOptions, SourceRefresh } from './source-refresh.ts'
import type { DocumentSource } from './sources/document-source.ts'

interface RefresherOptions extends IndexingOptions {
  readonly sources: readonly {
    readonly source: DocumentSource
    /** How often it is read; undefined: when `refresh` is called. */
    readonly everyMs: number | undefined
  }[]
  /** Of the refresher before this one: of sources that go on. */
  readonly earlier?: readonly SourceFigures[]
  readonly clock: Clock
  /** In [0, 1): delays vary by a tenth, so that replicas and bases do not read all at once. None by default. */
  readonly random?: Random
  readonly logger: Logger
  /** Called every few seconds while documents are indexed, when figures are others. */
  readonly onProgress?: () => void
  /** Called when another process, which shares the index, may have refreshed it. */
  readonly onFollowed?: () => void
  /** Called after each refresh. */
  readonly onRefreshed?: (name: string, refresh: { readonly hasFailed: boolean }) => void
}

/** How a source stands. */
export interface SourceFigures extends KnowledgeFigures {
  readonly name: string
  /** Documents that the last refresh could not read or index. */
  readonly failures: number
  /** The first of them, and why. */
  readonly problems: readonly string[]
  /** When the last refresh ended, in Unix milliseconds; undefined before the first. */
  readonly lastRefreshMs: number | undefined
  /** Of the last without a failure. */
  readonly lastSuccessMs: number | undefined
  /** Undefined while one waits or runs, and where none is planned. */
  readonly nextRefreshMs: number | undefined
  /** Undefined after a refresh without a failure. */
  readonly lastProblem: string | undefined
}

interface SourceState {
  readonly source: DocumentSource
  readonly everyMs: number | undefined
  figures: SourceFigures
  failedInARow: number
  timer: Timer | undefined
  /** The refresh that waits. */
  next: Promise<void> | undefined
  /** The last one that was begun. */
  turn: Promise<void>
}

const nothing: Omit<SourceFigures, 'name'> = {
  documents: 0,
  passages: 0,
  bytes: 0,
  failures: 0,
  problems: [],
  lastRefreshMs: undefined,
  lastSuccessMs: undefined,
  nextRefreshMs: undefined,
  lastProblem: undefined,
}

const firstRetryMs = 10_000
/** How often figures follow a refresh that is under way. */
const progressMs = 5_000
/** How often it is looked whether another process refreshes the index still, and what came of it. */
const followMs = 15_000
/** A source that is read only when it is said to have changed is tried again at least so often. */
const longestRetryMs = 10 * 60_000

/**
 * Keeps an index as its sources are: reads each at its time, never twice at once, and indexes what has
 * changed. A failure of one document or source stops no other; a source that fails is tried again
 * after 10 seconds, and then ever more rarely. While another process refreshes an index that is shared,
 * figures are what that one tells.
 */
export class Refresher {
  readonly #options: RefresherOptions
  readonly #states: readonly SourceState[]
  readonly #stop = new AbortController()
  readonly #removed: RemovedSources
  #beginning: Promise<void> = Promise.resolve()

  constructor(options: RefresherOptions) {
    this.#options = options
    this.#states = options.sources.map(({ everyMs, source }) => ({
      source,
      everyMs,
      figures: options.earlier?.find(({ name }) => name === source.name) ?? {
        ...nothing,
        name: source.name,
      },
      failedInARow: 0,
      timer: undefined,
      next: undefined,
      turn: Promise.resolve(),
    }))
    const { clock, index, logger } = options
    this.#removed = new RemovedSources({
      index,
      named: new Set(this.#states.map(({ source }) => source.name)),
      mayWrite: async () => !(await this.#isAnothers()),
      clock,
      logger,
      signal: this.#stop.signal,
    })
  }

  /**
   * Removes sources that are no more, and reads all. Resolves when the former was tried and figures say
   * what is indexed.
   */
  start(): Promise<void> {
    this.#beginning = this.#begin()
    for (const state of this.#states) void this.#refresh(state)
    return this.#beginning
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
    await Promise.all([this.#beginning, ...this.#states.map(({ turn }) => turn)])
    await this.#removed.close()
  }

  #refresh(state: SourceState): Promise<void> {
    state.timer?.cancel()
    // One that waits reads what there is then.
    if (state.next !== undefined) return state.next
    const next = Promise.all([this.#beginning, state.turn]).then(async () => {
      state.next = undefined
      if (this.#stop.signal.aborted) return
      await this.#read(state)
    })
    state.next = next
    state.turn = next
    return next
  }

  async #read(state: SourceState): Promise<void> {
    const { shared } = this.#options.index
    if (shared !== undefined && (await this.#isAnothers())) return this.#follow(state, shared)
    // This process may have begun while it was another's to do.
    if (shared !== undefined) void this.#removed.remove()
    const { clock, logger, onRefreshed } = this.#options
    const { name } = state.source
    state.figures = { ...state.figures, nextRefreshMs: undefined }
    const refresh = new SourceRefresh(state.source, this.#options, this.#progressOf(state))
    const problem = await this.#run(refresh)
    if (this.#stop.signal.aborted) return
    const figures = await this.#indexed(name)
    const hasFailed = problem !== undefined
    state.failedInARow = hasFailed ? state.failedInARow + 1 : 0
    const nowMs = clock.now()
    state.figures = {
      ...state.figures,
      ...figures,
      failures: refresh.failures,
      problems: refresh.problems,
      lastRefreshMs: nowMs,
      lastSuccessMs: hasFailed ? state.figures.lastSuccessMs : nowMs,
      nextRefreshMs: this.#schedule(state),
      lastProblem: problem,
    }
    if (hasFailed) {
      logger.warn({ source: name, problem }, 'a source of knowledge was not read whole')
    }
    await shared?.tell(name, JSON.stringify(state.figures)).catch(() => undefined)
    onRefreshed?.(name, { hasFailed })
  }

  /** Where that cannot be told, reading says why. */
  async #isAnothers(): Promise<boolean> {
    const { shared } = this.#options.index
    return shared !== undefined && !(await shared.mayRefresh().catch(() => true))
  }

  async #follow(state: SourceState, shared: SharedIndex): Promise<void> {
    const { clock, onFollowed } = this.#options
    const { name } = state.source
    const told = await shared.told().catch(() => undefined)
    const figures = await this.#indexed(name)
    if (this.#stop.signal.aborted) return
    state.figures = { ...state.figures, ...readTold(told?.get(name)), ...figures, name }
    if (state.next === undefined) {
      state.timer = clock.setTimer(followMs, () => void this.#refresh(state))
    }
    onFollowed?.()
  }

  /** What failed. */
  async #run(refresh: SourceRefresh): Promise<string | undefined> {
    try {
      await refresh.run(this.#stop.signal)
      return refresh.problems[0]
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'it could not be read'
      return problem.slice(0, 1000).toWellFormed()
    }
  }

  #progressOf(state: SourceState): () => void {
    const { clock, onProgress } = this.#options
    let toldMs = clock.monotonicMs()
    return () => {
      if (clock.monotonicMs() - toldMs < progressMs) return
      toldMs = clock.monotonicMs()
      void this.#indexed(state.source.name).then((figures) => {
        // What a whole refresh found is newer.
        if (this.#stop.signal.aborted || state.figures.nextRefreshMs !== undefined) return
        state.figures = { ...state.figures, ...figures }
        onProgress?.()
      })
    }
  }

  /** Undefined where that cannot be told. */
  async #indexed(name: string): Promise<KnowledgeFigures | undefined> {
    const figures = await this.#options.index.figures().catch(() => undefined)
    if (figures === undefined) return undefined
    return figures.get(name) ?? { documents: 0, passages: 0, bytes: 0 }
  }

  /** Returns the time of the next refresh. */
  #schedule(state: SourceState): number | undefined {
    const { clock, random } = this.#options
    const { everyMs, failedInARow } = state
    const retryMs = firstRetryMs * 2 ** Math.min(failedInARow - 1, 20)
    const meanMs = failedInARow === 0 ? everyMs : Math.min(retryMs, everyMs ?? longestRetryMs)
    // Another that waits already makes the next.
    if (meanMs === undefined || state.next !== undefined) return undefined
    const delayMs = meanMs * (0.95 + 0.1 * (random?.() ?? 0.5))
    state.timer = clock.setTimer(delayMs, () => void this.#refresh(state))
    return clock.now() + Math.round(delayMs)
  }

  async #begin(): Promise<void> {
    // Where that cannot be told, the refreshes that follow tell it.
    const figures = await this.#options.index.figures().catch(() => undefined)
    for (const state of this.#states) {
      state.figures = { ...state.figures, ...figures?.get(state.source.name) }
    }
    await this.#removed.remove()
  }
}
