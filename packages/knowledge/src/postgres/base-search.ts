import type { AskPostgres } from '@fairlead/base'
import type { Ranked } from '@fairlead/retrieval'
import { lengthShare, saturation } from '../column-weights.ts'
import type { FoundPassage, KnowledgeQuery } from '../found-passage.ts'
import { candidateFactor, fusedPassages } from '../fused-passages.ts'
import { otherQueryDimension } from '../indexed-size.ts'
import { matchesFilter } from '../matches-filter.ts'
import type { MetadataFilter } from '../metadata-filter.ts'
import { passageId } from '../passage-id.ts'
import { queryWords } from '../query-words.ts'
import { filledUp, lookedAtMost, tellingWords } from '../telling-words.ts'
import { filterCondition } from './filter-condition.ts'
import { storedWord } from './passage-words.ts'
import { readCharacters } from './stored-characters.ts'

/** What a base holds. */
export interface BaseState {
  readonly dimension: number | undefined
  readonly hasNearest: boolean
  readonly passages: number
  /** Of all passages together. */
  readonly words: number
}

/**
 * So many vectors are compared one by one, which is exact, rather than looked for in their graph: of those
 * of a group that lie far from a query, the graph finds about half.
 */
const comparedMax = 20_000

/** The plans that are meant, whatever the planner knows of tables that have just been filled. */
export const searchSettings: readonly string[] = [
  'jit = off',
  'hnsw.iterative_scan = strict_order',
  'hnsw.max_scan_tuples = 20000',
]

/** One search, within a transaction that sees one moment. */
export class BaseSearch {
  readonly #ask: AskPostgres
  readonly #state: BaseState
  readonly #filter: MetadataFilter | undefined

  constructor(ask: AskPostgres, state: BaseState, filter: MetadataFilter | undefined) {
    this.#ask = ask
    this.#state = state
    this.#filter = filter
  }

  async ranked(
    { mode, text, vector }: Pick<KnowledgeQuery, 'mode' | 'text' | 'vector'>,
    topK: number,
  ): Promise<readonly Ranked[]> {
    if (mode === 'BM25') return this.#byWords(text, topK)
    if (vector === undefined) throw new Error(`mode ${mode} needs the vector of the query`)
    if (mode === 'Vector') return this.#byVector(vector, topK)
    const candidates = topK * candidateFactor
    return fusedPassages(
      await this.#byWords(text, candidates),
      await this.#byVector(vector, candidates),
    )
  }

  async passages(ranked: readonly Ranked[]): Promise<readonly FoundPassage[]> {
    if (ranked.length === 0) return []
    const rows = await this.#ask(
      `SELECT p.number, p.url AS place, p.headings, p.text, d.id, d.source, d.title, d.url,
         d.metadata::text AS metadata
       FROM base.passages p JOIN base.documents d ON d.number = p.document
       WHERE p.number = ANY ($1::integer[])`,
      [ranked.map(({ id }) => Number(id))],
    )
    const byNumber = new Map(rows.map((row) => [String(row['number']), row]))
    return ranked.flatMap(({ id, score }) => {
      const row = byNumber.get(id)
      if (row === undefined) return []
      const metadata = readMetadata(String(row['metadata']))
      // Nobody else's passage leaves, whatever was wrong before.
      if (this.#filter !== undefined && !matchesFilter(metadata, this.#filter)) return []
      const said = {
        document: readCharacters(String(row['id'])),
        source: readCharacters(String(row['source'])),
        headings: (JSON.parse(String(row['headings'])) as readonly string[]).map(readCharacters),
        text: readCharacters(String(row['text'])),
      }
      return {
        ...said,
        id: passageId(said),
        title: textOrNull(row['title']),
        url: textOrNull(row['place'] ?? row['url']),
        score,
        metadata,
      }
    })
  }

  async #byWords(text: string, limit: number): Promise<readonly Ranked[]> {
    const words = queryWords(text).map(storedWord)
    if (words.length === 0) return []
    const rows = await this.#ask(
      'SELECT word, passages FROM base.words WHERE word = ANY ($1::integer[]) ORDER BY word',
      [words],
    )
    const counted = rows.map((row) => ({
      word: String(row['word']),
      passages: Number(row['passages']),
    }))
    let found: readonly Ranked[] = []
    for (const { follows, least, words: some } of tellingWords(counted, limit)) {
      if (found.length >= least) continue
      const more = await this.#matching(some, limit)
      found = follows ? filledUp(found, more, limit) : more
    }
    return found
  }

  async #matching(
    words: readonly { readonly word: string; readonly passages: number }[],
    limit: number,
  ): Promise<readonly Ranked[]> {
    if (words.length === 0) return []
    const { passages: all, words: length } = this.#state
    const weights = words.map(({ passages }) => {
      const weight = Math.log((all - passages + 0.5) / (passages + 0.5))
      return Math.max(weight, 1e-6) * (saturation + 1)
    })
    const values: unknown[] = [words.map(({ word }) => word), weights, length / all, limit]
    const rows = await this.#ask(
      `SELECT passage, sum(weight * frequency / (frequency
           + ${saturation * (1 - lengthShare)} + ${saturation * lengthShare} * length / $3::float8)) AS score
       FROM (
         SELECT t.passage, t.frequency, t.length, w.weight
         FROM unnest($1::integer[], $2::float8[]) AS w (word, weight)
           JOIN base.postings t ON t.word = w.word
         ${this.#where('t', values)}
         LIMIT ${lookedAtMost}
       ) AS matches
       GROUP BY passage ORDER BY score DESC, passage LIMIT $4::integer`,
      values,
    )
    return rows.map((row) => ({ id: String(row['passage']), score: Number(row['score']) }))
  }

  async #byVector(vector: Float32Array, limit: number): Promise<readonly Ranked[]> {
    const { dimension, hasNearest } = this.#state
    if (dimension === undefined) return []
    if (vector.length !== dimension) throw otherQueryDimension(dimension, vector.length)
    const text = vectorText(vector)
    const isSmall = !hasNearest || (await this.#isCompared())
    if (isSmall) return this.#compared(text, limit)
    const near = await this.#nearest(text, limit)
    // The graph gives up at some point; what a filter lets through may lie far from the query.
    return near.length < limit ? this.#compared(text, limit) : near
  }

  /** Whether a filter leaves so few passages that their vectors are compared. */
  async #isCompared(): Promise<boolean> {
    if (this.#filter === undefined) return false
    const values: unknown[] = []
    const [row] = await this.#ask(
      `SELECT COALESCE(sum(d.passages), 0) AS passages FROM base.documents d
       WHERE ${filterCondition(this.#filter, values)}`,
      values,
    )
    return Number(row?.['passages']) <= comparedMax
  }

  async #compared(vector: string, limit: number): Promise<readonly Ranked[]> {
    const values: unknown[] = [vector, limit]
    return nearFirst(
      await this.#ask(
        `WITH compared AS MATERIALIZED (
           SELECT v.passage, v.vector OPERATOR(vector.<=>) $1::vector.halfvec AS distance
           FROM base.vectors v ${this.#where('v', values)}
         )
         SELECT passage, distance FROM compared ORDER BY distance, passage LIMIT $2::integer`,
        values,
      ),
    )
  }

  async #nearest(vector: string, limit: number): Promise<readonly Ranked[]> {
    const values: unknown[] = [vector, limit]
    await this.#ask(
      `SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL hnsw.ef_search = ${Math.min(1000, Math.max(100, 2 * limit))}`,
    )
    return nearFirst(
      await this.#ask(
        `SELECT v.passage, v.vector OPERATOR(vector.<=>) $1::vector.halfvec AS distance
         FROM base.vectors v ${this.#where('v', values)}
         ORDER BY v.vector OPERATOR(vector.<=>) $1::vector.halfvec LIMIT $2::integer`,
        values,
      ),
    )
  }

  /** Lets through what is of a document that the filter lets through. */
  #where(table: string, values: unknown[]): string {
    if (this.#filter === undefined) return ''
    const condition = filterCondition(this.#filter, values)
    return `WHERE ${table}.document IN (SELECT d.number FROM base.documents d WHERE ${condition})`
  }
}

/** As pgvector reads it. */
export function vectorText(vector: Float32Array): string {
  return `[${vector.join(',')}]`
}

function nearFirst(rows: readonly Readonly<Record<string, unknown>>[]): readonly Ranked[] {
  return rows.map((row) => ({ id: String(row['passage']), score: 1 - Number(row['distance']) }))
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? readCharacters(value) : null
}

function readMetadata(json: string): FoundPassage['metadata'] {
  return Object.fromEntries(
    Object.entries(JSON.parse(json) as FoundPassage['metadata']).map(([key, value]) => [
      readCharacters(key),
      typeof value === 'string' ? readCharacters(value) : value,
    ]),
  )
}
