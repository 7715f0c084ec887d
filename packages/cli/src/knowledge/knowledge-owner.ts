import { type Clock, openScope, type Random, type Logger, type Timer } from '@fairlead/base'
import type {
  DocumentFetcher,
  ReportedKnowledge,
  SecretSource,
  SnapshotSource,
} from '@fairlead/gateway'
import { type FoundPassage, type KnowledgeQuery, openCutter } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import type { ConfigMapSource } from '../config-source/config-map-source.ts'
import { Listeners } from '../listeners.ts'
import type { KnowledgeNews, KnowledgeRequest } from '../worker-messages/knowledge-messages.ts'
import type { IndexTypes } from './index-types.ts'
import { OwnedBase, type OwnedBaseParts } from './owned-base.ts'
import { WorkerVectors } from './worker-vectors.ts'

interface KnowledgeOwnerOptions {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly configMaps: ConfigMapSource
  readonly indexes: IndexTypes
  readonly fetcher: Pick<DocumentFetcher, 'fetchWith'>
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: Random
  readonly logger: Logger
  /** Told of each refresh of a source. */
  readonly refreshed?: (
    base: string,
    source: string,
    refresh: { readonly hasFailed: boolean },
  ) => void
}

/** One worker's side. */
interface KnowledgeMember {
  receive(request: KnowledgeRequest): void
  /** Its process is gone. */
  left(): void
}

/** Longer than any worker waits. */
const searchMs = 5_000
/** How long the index of a base that is gone is kept: one that was invalid for a moment is not read anew. */
const keptMs = 10 * 60_000
/** How often it is looked for what bases have left that went while nothing ran. */
const sweepMs = 60 * 60_000

/**
 * The indexes of all knowledge bases of this machine: opens those of the configuration, keeps them as
 * their sources are, searches them for all workers, and tells how they stand.
 */
export class KnowledgeOwner {
  readonly #options: KnowledgeOwnerOptions
  readonly #parts: Omit<OwnedBaseParts, 'refreshed'>
  readonly #bases = new Map<string, OwnedBase>()
  /** Of bases that are gone, until they are removed. */
  readonly #kept = new Map<string, { readonly settings: KnowledgeBaseSettings; timer: Timer }>()
  /** What is being closed or removed, by base. */
  readonly #leaving = new Map<string, Promise<void>>()
  readonly #vectors: WorkerVectors
  readonly #listeners: Listeners
  readonly #unsubscribe: readonly (() => void)[]
  #sweep: Timer | undefined
  /** What was told, without what changes with each refresh. */
  #told = ''
  #isClosed = false

  constructor(options: KnowledgeOwnerOptions) {
    const { clock, configMaps, fetcher, indexes, logger, random, secrets, snapshots } = options
    this.#options = options
    this.#listeners = new Listeners((error) => logger.error({ error }, 'a listener failed'))
    this.#vectors = new WorkerVectors(clock)
    const isPrivateAllowed = () => snapshots.current()?.gateway.allowPrivateNetworks === true
    this.#parts = {
      indexes,
      configMaps,
      secrets,
      clock,
      random,
      logger,
      fetch: fetcher.fetchWith(isPrivateAllowed),
      cutter: openCutter({ clock }),
      embedder: (model) => this.#vectors.embedder(model),
      changed: () => this.#changed(),
    }
    const read = (type: 'ConfigMap') => () => {
      for (const base of this.#bases.values()) base.sourcesChanged(type)
    }
    this.#unsubscribe = [
      snapshots.subscribe(() => this.#follow()),
      configMaps.subscribe(read('ConfigMap')),
      secrets.subscribe(() => this.#secretsChanged()),
    ]
    this.#sweep = clock.setTimer(keptMs, () => this.#removeOthers())
    this.#follow()
  }

  /** How a base stands; undefined for one that has no index, or is not in the configuration. */
  report(base: string): ReportedKnowledge | undefined {
    return this.#bases.get(base)?.report()
  }

  /** How all of them stand. */
  reports(): readonly ReportedKnowledge[] {
    return Array.from(this.#bases.values(), (base) => base.report())
  }

  /** Calls back when a report is another, but for the times of refreshes; returns a function that unsubscribes. */
  onReportChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Rejects with an Error in words, after 5 s, and when the signal aborts. */
  async search(
    base: string,
    query: Omit<KnowledgeQuery, 'signal'>,
    signal?: AbortSignal,
  ): Promise<readonly FoundPassage[]> {
    const owned = this.#bases.get(base)
    if (owned === undefined) throw new Error('it is not in the configuration')
    const { clock } = this.#options
    using scope = openScope({ parents: [signal], clock, timeoutMs: searchMs, what: 'a search' })
    return await owned.search({ ...query, signal: scope.signal })
  }

  connect(send: (news: KnowledgeNews) => void): KnowledgeMember {
    this.#vectors.join(send)
    const searches = new Map<number, AbortController>()
    return {
      receive: (request) => {
        switch (request.kind) {
          case 'search':
            return void this.#answer(request, send, searches)
          case 'cancel':
            return searches.get(request.question)?.abort()
          case 'vectors':
            return this.#vectors.answered(request.question, request.vectors)
          case 'no-vectors':
            return this.#vectors.failed(request.question, request.problem)
        }
      },
      left: () => {
        for (const search of searches.values()) search.abort()
        this.#vectors.left(send)
      },
    }
  }

  /** What is indexed is kept. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#sweep?.cancel()
    for (const { timer } of this.#kept.values()) timer.cancel()
    for (const [key, base] of this.#bases) this.#leavingNow(key, base.close())
    await Promise.all(this.#leaving.values())
    await this.#parts.cutter.close()
  }

  async #answer(
    { base, query, question }: KnowledgeRequest & { readonly kind: 'search' },
    send: (news: KnowledgeNews) => void,
    searches: Map<number, AbortController>,
  ): Promise<void> {
    const stop = new AbortController()
    searches.set(question, stop)
    try {
      const passages = await this.search(base, query, stop.signal)
      send({ kind: 'found', question, passages })
    } catch (error) {
      if (stop.signal.aborted) return
      const problem = error instanceof Error ? error.message : 'it could not be searched'
      send({ kind: 'failed', question, problem })
    } finally {
      searches.delete(question)
    }
  }

  #follow(): void {
    const snapshot = this.#options.snapshots.current()
    // Workers, too, go on with what they have.
    if (snapshot === undefined || this.#isClosed) return
    for (const [key, base] of this.#bases) {
      const settings = snapshot.knowledgeBases.get(key)
      if (settings === undefined || settings.retriever !== undefined) this.#leave(key, base)
    }
    for (const [key, settings] of snapshot.knowledgeBases) {
      if (settings.retriever === undefined) this.#serve(key, settings)
    }
    this.#changed()
  }

  #serve(key: string, settings: KnowledgeBaseSettings): void {
    const known = this.#bases.get(key)
    if (known !== undefined) return known.follow(settings)
    this.#kept.get(key)?.timer.cancel()
    this.#kept.delete(key)
    const leaving = this.#leaving.get(key)
    const refreshed: OwnedBaseParts['refreshed'] = (source, refresh) =>
      this.#options.refreshed?.(key, source, refresh)
    this.#bases.set(key, new OwnedBase(settings, { ...this.#parts, refreshed }, leaving))
  }

  /** It is not found from now on; its index is removed if it does not come back. */
  #leave(key: string, base: OwnedBase): void {
    const { clock } = this.#options
    this.#bases.delete(key)
    this.#leavingNow(key, base.close())
    const { settings } = base
    const remove = () => {
      this.#kept.delete(key)
      this.#leavingNow(key, this.#options.indexes[settings.store.type].remove(settings))
    }
    this.#kept.set(key, { settings, timer: clock.setTimer(keptMs, remove) })
  }

  /** What bases have left that went while nothing ran. */
  #removeOthers(): void {
    const { clock, indexes, snapshots } = this.#options
    const isKnown = snapshots.current() !== undefined
    this.#sweep = clock.setTimer(isKnown ? sweepMs : keptMs, () => this.#removeOthers())
    if (!isKnown) return
    const known = [...this.#bases.values(), ...this.#kept.values()].map(({ settings }) => settings)
    for (const [type, kept] of Object.entries(indexes)) {
      const bases = known.filter(({ store }) => store.type === type)
      this.#leavingNow('', kept.removeOthers(bases))
    }
  }

  #secretsChanged(): void {
    for (const base of this.#bases.values()) base.secretsChanged()
  }

  #leavingNow(key: string, work: Promise<void>): void {
    const { logger } = this.#options
    const before = this.#leaving.get(key) ?? Promise.resolve()
    const done = Promise.all([before, work])
      .catch((error: unknown) => {
        logger.error({ knowledgeBase: key, err: error }, 'an index was not left in order')
      })
      .then(() => {
        if (this.#leaving.get(key) === done) this.#leaving.delete(key)
      })
    this.#leaving.set(key, done)
  }

  #changed(): void {
    const told = JSON.stringify(this.reports(), (key, value: unknown) =>
      /^(?:last|next)(?:Refresh|Success)Ms$/.test(key) ? value !== undefined : value,
    )
    if (told === this.#told) return
    this.#told = told
    this.#listeners.notify()
  }
}
