import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { RecentMap } from '@fairlead/base'
import type { Ranked } from '@fairlead/retrieval'
import { columnWeights } from '../column-weights.ts'
import type { FoundPassage, KnowledgeQuery } from '../found-passage.ts'
import { candidateFactor, fusedPassages } from '../fused-passages.ts'
import { indexedSize, noRoom, otherDimension, otherQueryDimension } from '../indexed-size.ts'
import { foundMax, type IndexedDocument, type KnowledgeFigures } from '../knowledge-index.ts'
import type { MetadataFilter } from '../metadata-filter.ts'
import { passageId } from '../passage-id.ts'
import { indexedWords, queryWords } from '../query-words.ts'
import { lookedAtMost, tellingWords } from '../telling-words.ts'
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

/** Of how many words it is known in how many passages they stand. */
const countedMax = 20_000

/** Of the columns, in their order. */
const weights = Object.values(columnWeights)
  .map((weight) => weight.toFixed(1))
  .join(', ')

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
    const { digest, id, source } = document
    const kept = this.#sql(
      'SELECT number, digest, bytes FROM documents WHERE source = ? AND id = ?',
    ).get(source, id)
    if (kept?.['digest'] === digest) return 'unchanged'
    const { bytes, metadata } = indexedSize(document)
    const after = this.#bytes + bytes - Number(kept?.['bytes'] ?? 0)
    if (after > this.#bytesMax) throw noRoom(this.#bytesMax)
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
          metadata,
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
    const counted = queryWords(text).map((word) => ({ word, passages: this.#passagesWith(word) }))
    const telling = tellingWords(counted)
    const found = this.#matching(telling, limit, allowed)
    // What was left out may be all that the passages have that a filter lets through.
    const all = counted.filter(({ passages }) => passages > 0)
    if (found.length >= limit || all.length === telling.length) return found
    return this.#matching(all, limit, allowed)
  }

  #matching(
    words: readonly { readonly word: string }[],
    limit: number,
    allowed: Allowed,
  ): readonly Ranked[] {
    if (words.length === 0) return []
    // Quoted, no word is part of the syntax.
    const expression = words.map(({ word }) => `"${word.replaceAll('"', '""')}"`).join(' OR ')
    // By the plus, SQLite searches once and then filters, and not once for each passage that is allowed.
    const filtered = allowed.sql.replace('AND rowid', 'AND +rowid')
    const rows = this.#sql(
      `SELECT number, score FROM (
         SELECT rowid AS number, bm25(words, ${weights}) AS score FROM words
         WHERE words MATCH ? ${filtered} LIMIT ${lookedAtMost}
       ) ORDER BY score LIMIT ?`,
    ).all(expression, ...allowed.values, limit)
    return rows.map((row) => ({ id: String(row['number']), score: -Number(row['score']) }))
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
      throw otherQueryDimension(this.#dimension, vector.length)
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
    const said = {
      document: String(row['id']),
      source: String(row['source']),
      headings: JSON.parse(String(row['headings'])) as readonly string[],
      text: String(row['text']),
    }
    return [
      {
        ...said,
        id: passageId(said),
        title: row['title'] === null ? null : String(row['title']),
        url: url === null || url === undefined ? null : String(url),
        score,
        metadata: JSON.parse(String(row['metadata'])) as FoundPassage['metadata'],
      },
    ]
  }

  #insertPassages(document: number, { passages, title }: IndexedDocument): void {
    for (const { headings, text, url, vector } of passages) {
      const number = this.#sql(
        'INSERT INTO passages (document, url, headings, text) VALUES (?, ?, ?, ?)',
      ).run(document, url, JSON.stringify(headings), text).lastInsertRowid
      this.#sql('INSERT INTO words (rowid, title, headings, text) VALUES (?, ?, ?, ?)').run(
        number,
        ...wordColumns({ title, headings, text }),
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
    const rows = this.#sql(
      'SELECT passages.number, headings, text, title FROM passages JOIN documents ON documents.number = passages.document WHERE document = ?',
    ).all(document)
    for (const { headings, number, text, title } of rows) {
      // FTS5 is told what it was told: deleted by the number alone, texts stay in its statistics for ever.
      this.#sql(
        "INSERT INTO words (words, rowid, title, headings, text) VALUES ('delete', ?, ?, ?, ?)",
      ).run(
        number ?? null,
        ...wordColumns({
          title: title === null ? null : String(title),
          headings: JSON.parse(String(headings)) as readonly string[],
          text: String(text),
        }),
      )
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
      throw otherDimension(this.#dimension, dimension)
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

/**
 * What FTS5 is told of a passage, to index and to forget it. Where this gives other words for the same
 * texts, the version of files must change.
 */
function wordColumns(passage: {
  readonly title: string | null
  readonly headings: readonly string[]
  readonly text: string
}): readonly [string, string, string] {
  const { headings, text, title } = passage
  return [indexedWords(title ?? ''), indexedWords(headings.join(' ')), indexedWords(text)]
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
