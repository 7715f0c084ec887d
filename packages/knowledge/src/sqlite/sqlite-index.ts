import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { canonicalJson, RecentMap } from '@fairlead/base'
import type { Ranked } from '@fairlead/retrieval'
import type { FoundPassage, KnowledgeQuery } from '../found-passage.ts'
import { candidateFactor, fusedPassages } from '../fused-passages.ts'
import {
  foundMax,
  type IndexedDocument,
  type KnowledgeFigures,
  metadataBytesMax,
} from '../knowledge-index.ts'
import type { MetadataFilter } from '../metadata-filter.ts'
import { indexedWords, queryWords } from '../query-words.ts'
import { filterSql } from './filter-sql.ts'
import { openIndexFile } from './schema.ts'

export interface SqliteIndexOptions {
  /** Absolute; its folder must exist. */
  readonly path: string
  /** Makes the vectors; null where only words are searched. With another one, there are none until documents are put again. */
  readonly model: string | null
  /** The most bytes of texts and metadata. */
  readonly bytesMax: number
}

/** How many matches a search by words looks at: as many as take some milliseconds. */
const lookedMax = 20_000
/** Of how many words it is known in how many passages they stand. */
const countedMax = 20_000

/** Matches in titles and headings say more of what a passage is about. */
const weights = '4.0, 2.0, 1.0'

/** The index in a file, as its thread works on it. Its methods take their time; all but `search` are atomic. */
export class SqliteIndex {
  readonly #database: DatabaseSync
  readonly #bytesMax: number
  readonly #statements = new Map<string, StatementSync>()
  /** Until something changes. */
  #counts = new RecentMap<number>(countedMax)
  #bytes: number
  #dimension: number | undefined

  constructor({ bytesMax, model, path }: SqliteIndexOptions) {
    this.#database = openIndexFile(path)
    this.#bytesMax = bytesMax
    this.#useModel(model)
    this.#bytes = Number(this.#sql('SELECT total(bytes) AS bytes FROM documents').get()?.['bytes'])
    const dimension = this.#setting('dimension')
    this.#dimension = dimension === undefined ? undefined : Number(dimension)
  }

  search(query: Omit<KnowledgeQuery, 'signal'>): readonly FoundPassage[] {
    const topK = Math.min(Math.max(query.topK, 0), foundMax)
    if (topK === 0) return []
    const allowed = this.#allowed(query.filter)
    const ranked = this.#ranked(query, topK, allowed)
    const { minScore } = query
    return ranked
      .filter(({ score }) => minScore === undefined || score >= minScore)
      .slice(0, topK)
      .flatMap((found) => this.#passage(found))
  }

  put(document: IndexedDocument): 'stored' | 'unchanged' {
    const { digest, id, metadata, source } = document
    const kept = this.#sql(
      'SELECT number, digest, bytes FROM documents WHERE source = ? AND id = ?',
    ).get(source, id)
    if (kept?.['digest'] === digest) return 'unchanged'
    const metadataText = canonicalJson(metadata)
    if (Buffer.byteLength(metadataText) > metadataBytesMax) {
      throw new Error(`the metadata of a document has more than ${metadataBytesMax} bytes`)
    }
    const bytes = bytesOf(document) + Buffer.byteLength(metadataText)
    const after = this.#bytes + bytes - Number(kept?.['bytes'] ?? 0)
    if (after > this.#bytesMax) {
      throw new Error(`the index has room for ${this.#bytesMax} bytes of texts, and they are used`)
    }
    this.#transaction(() => {
      if (kept !== undefined) this.#delete(Number(kept['number']))
      const number = Number(
        this.#sql(
          'INSERT INTO documents (source, id, digest, title, url, metadata, passages, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ).run(
          source,
          id,
          digest,
          document.title,
          document.url,
          metadataText,
          document.passages.length,
          bytes,
        ).lastInsertRowid,
      )
      this.#insertPassages(number, document)
    })
    this.#bytes = after
    return 'stored'
  }

  digests(source: string): ReadonlyMap<string, string> {
    const rows = this.#sql('SELECT id, digest FROM documents WHERE source = ?').all(source)
    return new Map(rows.map((row) => [String(row['id']), String(row['digest'])]))
  }

  remove(source: string, documents: readonly string[]): number {
    let count = 0
    this.#transaction(() => {
      for (const id of documents) {
        const row = this.#sql('SELECT number FROM documents WHERE source = ? AND id = ?').get(
          source,
          id,
        )
        if (row === undefined) continue
        this.#delete(Number(row['number']))
        count += 1
      }
    })
    this.#bytes = Number(this.#sql('SELECT total(bytes) AS bytes FROM documents').get()?.['bytes'])
    return count
  }

  removeSource(source: string): number {
    return this.remove(source, [...this.digests(source).keys()])
  }

  figures(): ReadonlyMap<string, KnowledgeFigures> {
    const rows = this.#sql(
      'SELECT source, count(*) AS documents, sum(passages) AS passages, sum(bytes) AS bytes FROM documents GROUP BY source',
    ).all()
    return new Map(
      rows.map((row) => [
        String(row['source']),
        {
          documents: Number(row['documents']),
          passages: Number(row['passages']),
          bytes: Number(row['bytes']),
        },
      ]),
    )
  }

  close(): void {
    this.#database.close()
  }

  #ranked(
    { mode, text, vector }: Omit<KnowledgeQuery, 'signal'>,
    topK: number,
    allowed: Allowed,
  ): readonly Ranked[] {
    if (mode === 'BM25') return this.#byWords(text, topK, allowed)
    if (vector === undefined) throw new Error(`mode ${mode} needs the vector of the query`)
    if (mode === 'Vector') return this.#byVector(vector, topK, allowed)
    const candidates = topK * candidateFactor
    return fusedPassages(
      this.#byWords(text, candidates, allowed),
      this.#byVector(vector, candidates, allowed),
    )
  }

  #byWords(text: string, limit: number, allowed: Allowed): readonly Ranked[] {
    const words = this.#tellingWords(queryWords(text))
    if (words.length === 0) return []
    // Quoted, no word is part of the syntax.
    const expression = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' OR ')
    // By the plus, SQLite searches once and then filters, and not once for each passage that is allowed.
    const filtered = allowed.sql.replace('AND rowid', 'AND +rowid')
    const rows = this.#sql(
      `SELECT rowid AS number, bm25(words, ${weights}) AS score FROM words WHERE words MATCH ? ${filtered} ORDER BY score LIMIT ?`,
    ).all(expression, ...allowed.values, limit)
    return rows.map((row) => ({ id: String(row['number']), score: -Number(row['score']) }))
  }

  /**
   * The rarer of the words, as far as they stand in no more passages than a search may look at: what
   * stands nearly everywhere tells least and costs most.
   */
  #tellingWords(words: readonly string[]): readonly string[] {
    const counted = words
      .map((word) => ({ word, passages: this.#passagesWith(word) }))
      .filter(({ passages }) => passages > 0)
      .toSorted((one, other) => one.passages - other.passages)
    let looked = 0
    const telling = counted.filter(({ passages }, place) => {
      looked += passages
      return place === 0 || looked <= lookedMax
    })
    return telling.map(({ word }) => word)
  }

  #passagesWith(word: string): number {
    const known = this.#counts.get(word)
    if (known !== undefined) return known
    const row = this.#sql('SELECT doc FROM vocabulary WHERE term = ?').get(word)
    const passages = Number(row?.['doc'] ?? 0)
    this.#counts.set(word, passages)
    return passages
  }

  #byVector(vector: Float32Array, limit: number, allowed: Allowed): readonly Ranked[] {
    if (this.#dimension === undefined) return []
    if (vector.length !== this.#dimension) {
      throw new Error(
        `the vectors of the index have ${this.#dimension} dimensions, and that of the query ${vector.length}`,
      )
    }
    const rows = this.#sql(
      `SELECT rowid AS number, distance FROM vectors WHERE vector MATCH vec_int8(?) AND k = ? ${allowed.sql} ORDER BY distance`,
    ).all(quantised(vector), limit, ...allowed.values)
    return rows.map((row) => ({ id: String(row['number']), score: 1 - Number(row['distance']) }))
  }

  /** The passages that a filter lets through, as a condition on their numbers. */
  #allowed(filter: MetadataFilter | undefined): Allowed {
    if (filter === undefined) return { sql: '', values: [] }
    const { sql, values } = filterSql(filter)
    return {
      sql: `AND rowid IN (SELECT passages.number FROM documents JOIN passages ON passages.document = documents.number WHERE ${sql})`,
      values,
    }
  }

  #passage({ id, score }: Ranked): readonly FoundPassage[] {
    const row = this.#sql(
      'SELECT passages.url AS place, headings, text, documents.id, source, title, documents.url, metadata FROM passages JOIN documents ON documents.number = passages.document WHERE passages.number = ?',
    ).get(Number(id))
    if (row === undefined) return []
    const url = row['place'] ?? row['url']
    return [
      {
        id,
        document: String(row['id']),
        source: String(row['source']),
        title: row['title'] === null ? null : String(row['title']),
        url: url === null || url === undefined ? null : String(url),
        headings: JSON.parse(String(row['headings'])) as readonly string[],
        text: String(row['text']),
        score,
        metadata: JSON.parse(String(row['metadata'])) as FoundPassage['metadata'],
      },
    ]
  }

  #insertPassages(document: number, { passages, title }: IndexedDocument): void {
    const titleWords = indexedWords(title ?? '')
    for (const { headings, text, url, vector } of passages) {
      const number = this.#sql(
        'INSERT INTO passages (document, url, headings, text) VALUES (?, ?, ?, ?)',
      ).run(document, url, JSON.stringify(headings), text).lastInsertRowid
      this.#sql('INSERT INTO words (rowid, title, headings, text) VALUES (?, ?, ?, ?)').run(
        number,
        titleWords,
        indexedWords(headings.join(' ')),
        indexedWords(text),
      )
      if (vector === undefined) continue
      this.#useDimension(vector.length)
      this.#sql('INSERT INTO vectors (rowid, vector) VALUES (?, vec_int8(?))').run(
        // A whole number, which sqlite-vec wants to be a BigInt.
        BigInt(number),
        quantised(vector),
      )
    }
  }

  #delete(document: number): void {
    const numbers = this.#sql('SELECT number FROM passages WHERE document = ?').all(document)
    for (const { number } of numbers) {
      this.#sql('DELETE FROM words WHERE rowid = ?').run(Number(number))
      if (this.#dimension !== undefined) {
        this.#sql('DELETE FROM vectors WHERE rowid = ?').run(BigInt(Number(number)))
      }
    }
    this.#sql('DELETE FROM passages WHERE document = ?').run(document)
    this.#sql('DELETE FROM documents WHERE number = ?').run(document)
  }

  #useDimension(dimension: number): void {
    if (this.#dimension === dimension) return
    if (this.#dimension !== undefined) {
      throw new Error(
        `the vectors of the index have ${this.#dimension} dimensions, and this one ${dimension}: they are of different models`,
      )
    }
    this.#database.exec(
      `CREATE VIRTUAL TABLE vectors USING vec0(vector int8[${dimension}] distance_metric=cosine)`,
    )
    this.#setSetting('dimension', String(dimension))
    this.#dimension = dimension
  }

  /** What another model has made is worth nothing; words are found until it is made again. */
  #useModel(model: string | null): void {
    const known = this.#setting('model')
    if (known === (model ?? '')) return
    this.#transaction(() => {
      if (known !== undefined) {
        this.#database.exec('DROP TABLE IF EXISTS vectors')
        this.#sql("DELETE FROM settings WHERE name = 'dimension'").run()
      }
      this.#setSetting('model', model ?? '')
    })
  }

  #setting(name: string): string | undefined {
    const row = this.#sql('SELECT value FROM settings WHERE name = ?').get(name)
    return row === undefined ? undefined : String(row['value'])
  }

  #setSetting(name: string, value: string): void {
    this.#sql('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(name, value)
  }

  #transaction(work: () => void): void {
    const dimension = this.#dimension
    this.#database.exec('BEGIN IMMEDIATE')
    this.#counts = new RecentMap(countedMax)
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      this.#dimension = dimension
      throw error
    }
  }

  /** Prepared once; those with filters vary too much to be kept. */
  #sql(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const statement = this.#database.prepare(text)
    // The full-text index has rows of its own with larger numbers, and the last one is told with every change.
    if (!text.startsWith('SELECT')) statement.setReadBigInts(true)
    if (this.#statements.size < 50) this.#statements.set(text, statement)
    return statement
  }
}

interface Allowed {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** A vector of length 1 in a byte a dimension: a quarter of the memory, and the same order but for near ties. */
function quantised(vector: Float32Array): Uint8Array {
  const bytes = new Int8Array(vector.length)
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  const scale = largest === 0 ? 0 : 127 / largest
  vector.forEach((value, place) => (bytes[place] = Math.round(value * scale)))
  return new Uint8Array(bytes.buffer)
}

function bytesOf({ passages, title, url }: IndexedDocument): number {
  return passages.reduce(
    (total, { headings, text, vector }) =>
      total +
      Buffer.byteLength(text) +
      Buffer.byteLength(headings.join('')) +
      (vector?.length ?? 0),
    Buffer.byteLength(`${title ?? ''}${url ?? ''}`),
  )
}
