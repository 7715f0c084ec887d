import {
  canonicalJson,
  type Clock,
  type Logger,
  type Random,
  type Timer,
  untilAborted,
} from '@fairlead/base'
import type { ReportedKnowledge } from '@fairlead/gateway'
import {
  type Cutter,
  type FoundPassage,
  isEmbeddedBy,
  type KnowledgeIndex,
  type KnowledgeQuery,
  Refresher,
} from '@fairlead/knowledge'
import type { Embedder } from '@fairlead/retrieval'
import type { KnowledgeBaseSettings, KnowledgeSourceSettings } from '@fairlead/snapshot'
import { type OwnedSource, ownedSource, type SourceParts } from './document-sources.ts'
import type { IndexTypes } from './index-types.ts'

/** What all bases are kept with. */
export interface OwnedBaseParts extends SourceParts {
  readonly indexes: IndexTypes
  readonly embedder: (model: string) => Embedder
  readonly cutter: Cutter
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** The report of the base may be another. */
  readonly changed: () => void
  readonly refreshed: (source: string, refresh: { readonly hasFailed: boolean }) => void
}

/** An index that cannot be opened is tried again after this time, and then ever more rarely. */
const firstRetryMs = 5_000
const longestRetryMs = 5 * 60_000

interface Opened {
  /** The index as of which move the refresher knows. */
  readonly moves: number
  readonly settings: KnowledgeBaseSettings
  readonly index: KnowledgeIndex
  refresher: Refresher
  /** Whether every document has the vectors of the model. Without them it is searched by words. */
  hasVectors: boolean
}

/** One KnowledgeBase with its index, which is kept as its sources are, and as its settings say. */
export class OwnedBase {
  readonly #parts: OwnedBaseParts
  readonly #sources = new Map<string, OwnedSource>()
  #settings: KnowledgeBaseSettings
  #opened: Opened | undefined
  /** How often the index has become another while it was open. */
  #moves = 0
  /** Why the index cannot be opened. */
  #problem: string | undefined
  #failures = 0
  #retry: Timer | undefined
  #isClosed = false
  #turn: Promise<void>

  /** Begins when `before` has ended, such as another that had the same index. */
  constructor(
    settings: KnowledgeBaseSettings,
    parts: OwnedBaseParts,
    before: Promise<void> = Promise.resolve(),
  ) {
    this.#settings = settings
    this.#parts = parts
    this.#turn = before.then(() => this.#apply())
  }

  get settings(): KnowledgeBaseSettings {
    return this.#settings
  }

  /** The spec may be another. What is indexed serves on while it is changed. */
  follow(settings: KnowledgeBaseSettings): void {
    if (settings === this.#settings) return
    this.#settings = settings
    this.#parts.changed()
    this.#applySoon()
  }

  /** Reads the sources of this type now, because they may have changed. */
  sourcesChanged(type: KnowledgeSourceSettings['type']): void {
    for (const source of this.#settings.sources) {
      if (source.type === type) void this.#opened?.refresher.refresh(source.name)
    }
  }

  /** Reads the sources whose Secret has another value than when it was read last. */
  secretsChanged(): void {
    for (const source of this.#sources.values()) {
      if (source.isOutdated?.() === true) void this.#opened?.refresher.refresh(source.source.name)
    }
  }

  /** Rejects with an Error in words if nothing can be searched. */
  async search(query: KnowledgeQuery): Promise<readonly FoundPassage[]> {
    if (this.#opened === undefined) await untilAborted(this.#turn, query.signal)
    const opened = this.#opened
    if (opened === undefined) throw new Error(this.#problem ?? 'its index is not open')
    try {
      await refuseUnread(opened, this.#hasMoved(opened))
      return await opened.index.search(opened.hasVectors ? query : byWords(query))
    } catch (error) {
      // Its index was closed meanwhile, to be opened anew.
      if (opened === this.#opened || query.signal.aborted) throw error
      return this.search(query)
    }
  }

  report(): ReportedKnowledge {
    const { generation, namespace, name } = this.#settings
    const base = { base: `${namespace}/${name}`, generation }
    if (this.#opened === undefined) {
      return {
        ...base,
        ready: false,
        ...(this.#problem !== undefined && { message: this.#problem }),
      }
    }
    const sources = this.#opened.refresher.figures()
    const isRead = sources.every(
      ({ lastProblem, lastSuccessMs }) => lastProblem === undefined && lastSuccessMs !== undefined,
    )
    const ready = isRead && this.#opened.hasVectors && !this.#hasMoved(this.#opened)
    return { ...base, ready, sources }
  }

  /** Stops at once; what is indexed is kept. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    await this.#turn
    await this.#leave()
  }

  #applySoon(): void {
    this.#retry?.cancel()
    this.#inTurn(() => this.#apply())
  }

  #inTurn(work: () => Promise<void>): void {
    const { namespace, name } = this.#settings
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      const fields = { knowledgeBase: `${namespace}/${name}`, err: error }
      this.#parts.logger.error(fields, 'a knowledge base does not follow its settings')
    })
  }

  /** What is indexed may be of another database now, into which all sources are read. */
  #moved(): void {
    if (this.#isClosed) return
    this.#moves += 1
    this.#parts.changed()
    this.#applySoon()
  }

  #hasMoved({ moves }: Opened): boolean {
    return moves !== this.#moves
  }

  /** Makes index and refresher what the newest settings say. */
  async #apply(): Promise<void> {
    if (this.#isClosed) return
    const settings = this.#settings
    const before = this.#opened?.settings
    if (before !== undefined && placeOf(before) !== placeOf(settings)) {
      await this.#leave()
      if (canonicalJson(before.store) !== canonicalJson(settings.store)) await this.#remove(before)
    }
    if (this.#opened === undefined) await this.#open(settings)
    else if (this.#hasMoved(this.#opened) || workOf(this.#opened.settings) !== workOf(settings)) {
      const { index, refresher } = this.#opened
      await refresher.close()
      await this.#begin(settings, index, this.#hasMoved(this.#opened) ? undefined : refresher)
    }
    this.#parts.changed()
  }

  async #open(settings: KnowledgeBaseSettings): Promise<void> {
    let index: KnowledgeIndex | undefined
    try {
      index = await this.#parts.indexes[settings.store.type].open(settings, () => this.#moved())
      await this.#begin(settings, index, undefined)
      this.#problem = undefined
      this.#failures = 0
      const begun = index
      void begun.ended?.then(() => this.#ended(begun))
    } catch (error) {
      await index?.close().catch(() => undefined)
      this.#openLater(error instanceof Error ? error.message : 'its index cannot be opened')
    }
  }

  #openLater(problem: string): void {
    const { clock, logger } = this.#parts
    const { namespace, name } = this.#settings
    this.#problem = problem
    const fields = { knowledgeBase: `${namespace}/${name}`, problem }
    logger.error(fields, 'the index of a knowledge base cannot be opened')
    const waitMs = Math.min(firstRetryMs * 2 ** Math.min(this.#failures, 20), longestRetryMs)
    this.#failures += 1
    if (!this.#isClosed) this.#retry = clock.setTimer(waitMs, () => this.#applySoon())
  }

  /** Such as for want of memory; where it was closed, nothing is to be done. */
  #ended(index: KnowledgeIndex): void {
    if (this.#opened?.index !== index) return
    this.#inTurn(async () => {
      if (this.#opened?.index !== index) return
      await this.#leave().catch(() => undefined)
      this.#openLater('its index ended unexpectedly, and is opened again')
      this.#parts.changed()
    })
  }

  async #begin(
    settings: KnowledgeBaseSettings,
    index: KnowledgeIndex,
    before: Refresher | undefined,
  ): Promise<void> {
    const { clock, cutter, embedder, logger, random } = this.#parts
    const { embeddingModel } = settings.index
    const moves = this.#moves
    const refresher = new Refresher({
      index,
      cutter,
      clock,
      random,
      logger,
      chunking: settings.chunking,
      embedder: embeddingModel === undefined ? undefined : embedder(embeddingModel),
      sources: this.#sourcesOf(settings),
      ...(before !== undefined && { earlier: before.figures() }),
      onProgress: () => this.#parts.changed(),
      onFollowed: () => void this.#refreshed(opened),
      onRefreshed: (source, refresh) => {
        this.#parts.refreshed(source, refresh)
        void this.#refreshed(opened)
      },
    })
    const opened: Opened = { moves, settings, index, refresher, hasVectors: false }
    // Where that cannot be told now, it is looked again after each refresh.
    opened.hasVectors = await hasAllVectors(opened).catch(() => false)
    await refresher.start()
    this.#opened = opened
  }

  async #refreshed(opened: Opened): Promise<void> {
    // Whoever closed the index meanwhile opens it anew, and looks again.
    if (!opened.hasVectors) opened.hasVectors = await hasAllVectors(opened).catch(() => false)
    this.#parts.changed()
  }

  /** Those that are as they were go on with what they know of their servers. */
  #sourcesOf({ sources }: KnowledgeBaseSettings): readonly OwnedSource[] {
    const wanted = new Map(sources.map((source) => [canonicalJson(source), source]))
    for (const key of this.#sources.keys()) if (!wanted.has(key)) this.#sources.delete(key)
    return Array.from(wanted, ([key, settings]) => {
      const source = this.#sources.get(key) ?? ownedSource(settings, this.#parts)
      this.#sources.set(key, source)
      return source
    })
  }

  async #leave(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    try {
      await opened?.refresher.close()
    } finally {
      await opened?.index.close()
    }
  }

  async #remove(settings: KnowledgeBaseSettings): Promise<void> {
    const { indexes, logger } = this.#parts
    try {
      await indexes[settings.store.type].remove(settings)
    } catch (error) {
      logger.error({ err: error }, 'an index that nobody needs could not be removed')
    }
  }
}

/** Another one needs the index to be opened anew. */
function placeOf({ index, store }: KnowledgeBaseSettings): string {
  return canonicalJson({ store, model: index.embeddingModel ?? null })
}

/** Another one needs the sources to be read anew. */
function workOf({ chunking, sources }: KnowledgeBaseSettings): string {
  return canonicalJson({ chunking, sources })
}

/** Scores by words are of another measure than those that were asked for. */
function byWords({ filter, signal, text, topK }: KnowledgeQuery): KnowledgeQuery {
  return { mode: 'BM25', signal, text, topK, ...(filter !== undefined && { filter }) }
}

async function hasAllVectors({ index, settings }: Opened): Promise<boolean> {
  const { embeddingModel } = settings.index
  if (embeddingModel === undefined) return true
  for (const { name } of settings.sources) {
    const digests = await index.digests(name)
    for (const digest of digests.values()) if (!isEmbeddedBy(digest, embeddingModel)) return false
  }
  return true
}

/** That nothing is found where nothing was ever read would be no answer. */
async function refuseUnread({ index, refresher }: Opened, hasMoved: boolean): Promise<void> {
  const figures = refresher.figures()
  const isUnread =
    hasMoved ||
    figures.every(({ documents, lastSuccessMs }) => documents === 0 && lastSuccessMs === undefined)
  // The first documents may be there while others are still being read.
  if (!isUnread || (await index.figures()).size > 0) return
  const failed = figures.find(({ lastProblem }) => lastProblem !== undefined)
  const why = failed === undefined ? '' : `; source ${failed.name}: ${failed.lastProblem}`
  throw new Error(`none of its sources has been read yet${why}`)
}
