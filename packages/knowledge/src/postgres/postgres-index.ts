import { abortReason, type AskPostgres, type Clock, untilAborted } from '@fairlead/base'
import { checkFilterSize } from '../filter-size.ts'
import type { FoundPassage, KnowledgeQuery } from '../found-passage.ts'
import { indexedSize, noRoom } from '../indexed-size.ts'
import {
  foundMax,
  type IndexedDocument,
  type KnowledgeFigures,
  type KnowledgeIndex,
  type SharedIndex,
} from '../knowledge-index.ts'
import type { BasePool } from './base-pool.ts'
import { BaseSearch, type BaseState, searchSettings } from './base-search.ts'
import { BaseWriter } from './base-writer.ts'
import { RefreshLease } from './refresh-lease.ts'
import { readCharacters, storedCharacters } from './stored-characters.ts'

interface PostgresIndexParts {
  readonly pool: BasePool
  readonly model: string | null
  readonly bytesMax: number
  readonly clock: Pick<Clock, 'setTimer'>
}

/** The tables of a base, as one process uses them. */
export class PostgresIndex implements KnowledgeIndex {
  readonly shared: SharedIndex
  readonly #pool: BasePool
  /** As it is stored. */
  readonly #model: string
  readonly #bytesMax: number
  readonly #lease: RefreshLease

  constructor({ bytesMax, clock, model, pool }: PostgresIndexParts) {
    this.#pool = pool
    this.#model = model === null ? '' : storedCharacters(model)
    this.#bytesMax = bytesMax
    const lease = new RefreshLease(pool, clock)
    this.#lease = lease
    this.shared = {
      mayRefresh: () => lease.take(),
      tell: async (source, standing) => {
        await pool.ask(
          `INSERT INTO base.sources (source, standing) VALUES ($1, $2)
           ON CONFLICT (source) DO UPDATE SET standing = excluded.standing`,
          [storedCharacters(source), storedCharacters(standing)],
        )
      },
      told: async () => {
        const rows = await pool.ask('SELECT source, standing FROM base.sources')
        return new Map(
          rows.map((row) => [
            readCharacters(String(row['source'])),
            readCharacters(String(row['standing'])),
          ]),
        )
      },
    }
  }

  async search({ signal, ...query }: KnowledgeQuery): Promise<readonly FoundPassage[]> {
    if (signal.aborted) throw abortReason(signal)
    const topK = Math.min(Math.max(query.topK, 0), foundMax)
    if (topK === 0) return []
    const { filter, minScore } = query
    if (filter !== undefined) checkFilterSize(filter)
    const searching = this.#pool.reading(async (ask) => {
      const state = await this.#state(ask, query.mode)
      const search = new BaseSearch(ask, state, filter)
      const ranked = await search.ranked(query, topK)
      return search.passages(
        ranked.filter(({ score }) => minScore === undefined || score >= minScore).slice(0, topK),
      )
    }, searchSettings)
    return untilAborted(searching, signal)
  }

  async put(document: IndexedDocument): Promise<'stored' | 'unchanged'> {
    const { digest, id, passages, source } = document
    const { bytes } = indexedSize(document)
    return this.#writing(async (writer, row, ask) => {
      const [kept] = await ask(
        'SELECT digest, bytes FROM base.documents WHERE source = $1 AND id = $2',
        [storedCharacters(source), storedCharacters(id)],
      )
      if (kept?.['digest'] === storedCharacters(digest)) return 'unchanged'
      if (Number(row['bytes']) + bytes - Number(kept?.['bytes'] ?? 0) > this.#bytesMax) {
        throw noRoom(this.#bytesMax)
      }
      if (kept !== undefined) await writer.delete(source, [id])
      await writer.insert(document, bytes)
      if (row['has_nearest'] === false) {
        await writer.makeNearest(Number(row['passages']) + passages.length)
      }
      return 'stored'
    })
  }

  async digests(source: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#pool.ask('SELECT id, digest FROM base.documents WHERE source = $1', [
      storedCharacters(source),
    ])
    return new Map(
      rows.map((row) => [readCharacters(String(row['id'])), readCharacters(String(row['digest']))]),
    )
  }

  remove(source: string, documents: readonly string[]): Promise<number> {
    return this.#writing((writer) => writer.delete(source, documents))
  }

  async removeSource(source: string): Promise<number> {
    const digests = await this.digests(source)
    return this.#writing(async (writer, _, ask) => {
      await ask('DELETE FROM base.sources WHERE source = $1', [storedCharacters(source)])
      return writer.delete(source, [...digests.keys()])
    })
  }

  async figures(): Promise<ReadonlyMap<string, KnowledgeFigures>> {
    const rows = await this.#pool.ask(
      `SELECT source, count(*) AS documents, sum(passages) AS passages, sum(bytes) AS bytes
       FROM base.documents GROUP BY source ORDER BY source`,
    )
    return new Map(
      rows.map((row) => [
        readCharacters(String(row['source'])),
        {
          documents: Number(row['documents']),
          passages: Number(row['passages']),
          bytes: Number(row['bytes']),
        },
      ]),
    )
  }

  async close(): Promise<void> {
    await this.#lease.close()
    await this.#pool.close()
  }

  async #state(ask: AskPostgres, mode: KnowledgeQuery['mode']): Promise<BaseState> {
    const [row] = await ask(
      `SELECT model, dimension, has_nearest, passages, words FROM fairlead.knowledge_bases
       WHERE number = $1`,
      [this.#pool.number],
    )
    if (mode !== 'BM25') this.#checkModel(row)
    const dimension = row?.['dimension'] ?? null
    return {
      dimension: dimension === null ? undefined : Number(dimension),
      hasNearest: row?.['has_nearest'] === true,
      passages: Number(row?.['passages'] ?? 0),
      words: Number(row?.['words'] ?? 0),
    }
  }

  #writing<T>(
    work: (
      writer: BaseWriter,
      row: Readonly<Record<string, unknown>>,
      ask: AskPostgres,
    ) => Promise<T>,
  ): Promise<T> {
    return this.#pool.transaction(async (ask) => {
      const row = await this.#lease.locked(ask)
      this.#checkModel(row)
      const dimension = row['dimension'] === null ? undefined : Number(row['dimension'])
      return work(new BaseWriter(ask, this.#pool.number, dimension), row, ask)
    })
  }

  /** Vectors of two models are of two spaces. */
  #checkModel(row: Readonly<Record<string, unknown>> | undefined): void {
    if (row?.['model'] === this.#model) return
    throw new Error('the index has vectors of another model now, as another process opened it')
  }
}
