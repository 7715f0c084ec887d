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
import { filledUp, lookedAtMost, tellingWords } from '../telling-words.ts'
import { DocumentsOfPassages } from './documents-of-passages.ts'
import { filterSql } from './filter-sql.ts'
import { matchesFilter } from '../matches-filter.ts'
import { openIndexFile } from './schema.ts'
import { VectorSigns } from './vector-signs.ts'

export interface SqliteIndexOptions {
  /** Absolute; its folder must exist. */
  readonly path: string
  /** Makes the vectors; null where only words are searched. With another one, there are none until documents are put again. */
  readonly model: string | null
  /** Whose index it is: a file of another one is made anew. */
  readonly owner?: string
  /** The most bytes of texts and metadata. */
  readonly bytesMax: number
}

/** Of the vectors with the most signs in common, so many times as many as are wanted are compared. */
const nearFactor = 10
const nearMin = 500
/** Filters of which it is known what they let through, until something changes. */
const filtersMax = 100
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
  /** The documents that filters let through, until something changes. */
  #allowed = new RecentMap<ReadonlySet<number>>(filtersMax)
  /** What the search that runs lets through. */
  #isAllowed: (document: number) => boolean = () => true
  /** By the numbers of passages. */
  readonly #documents = new DocumentsOfPassages()
  /** Undefined until there are vectors, and when they must be read anew. */
  #signs: VectorSigns | undefined
  #bytes: number
  #dimension: number | undefined

  constructor({ bytesMax, model, owner, path }: SqliteIndexOptions) {
    this.#database = openIndexFile(path, owner)
    this.#bytesMax = bytesMax
    this.#useModel(model)
    this.#bytes = Number(this.#sql('SELECT total(bytes) AS bytes FROM documents').get()?.['bytes'])
    const dimension = this.#setting('dimension')
    this.#dimension = dimension === undefined ? undefined : Number(dimension)
    this.#readDocuments()
    // Not for the first search to wait for.
    if (this.#dimension !== undefined) this.#readSigns(this.#dimension)
    // Called by searches for words, for each passage that has one.
    this.#database.function('is_allowed', (passage) =>
      this.#isAllowed(this.#documents.get(Number(passage))) ? 1 : 0,
    )
    // By the document that the file has, and not by what is remembered.
    this.#database.function('is_document_allowed', (document) =>
      this.#isAllowed(Number(document ?? 0)) ? 1 : 0,
    )
  }

  search(query: Omit<KnowledgeQuery, 'signal'>): readonly FoundPassage[] {
    const topK = Math.min(Math.max(query.topK, 0), foundMax)
    if (topK === 0) return []
    const { filter } = query
    const allowed = filter === undefined ? undefined : this.#documentsOf(filter)
    this.#isAllowed = allowed === undefined ? () => true : rememberingLast(allowed)
    const ranked = this.#ranked(query, topK)
    const { minScore } = query
    return (
      ranked
        .filter(({ score }) => minScore === undefined || score >= minScore)
        .slice(0, topK)
        .flatMap((found) => this.#passage(found))
        // Nobody else's passage leaves, whatever was wrong before.
        .filter(({ metadata }) => filter === undefined || matchesFilter(metadata, filter))
    )
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
      if (kept !== undefined) this.#delete([Number(kept['number'])])
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
      this.#insertMembers(number, document)
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
    const found = new Map<number, number>()
    for (const id of documents) {
      const row = this.#sql('SELECT number, bytes FROM documents WHERE source = ? AND id = ?').get(
        source,
        id,
      )
      if (row !== undefined) found.set(Number(row['number']), Number(row['bytes']))
    }
    if (found.size === 0) return 0
    this.#transaction(() => this.#delete([...found.keys()]))
    for (const bytes of found.values()) this.#bytes -= bytes
    return found.size
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
    { filter, mode, text, vector }: Omit<KnowledgeQuery, 'signal'>,
    topK: number,
  ): readonly Ranked[] {
    const isFiltered = filter !== undefined
    if (mode === 'BM25') return this.#byWords(text, topK, isFiltered)
    if (vector === undefined) throw new Error(`mode ${mode} needs the vector of the query`)
    if (mode === 'Vector') return this.#byVector(vector, topK, isFiltered)
    const candidates = topK * candidateFactor
    return fusedPassages(
      this.#byWords(text, candidates, isFiltered),
      this.#byVector(vector, candidates, isFiltered),
    )
  }

  #byWords(text: string, limit: number, isFiltered: boolean): readonly Ranked[] {
    const counted = queryWords(text).map((word) => ({ word, passages: this.#passagesWith(word) }))
    let found: readonly Ranked[] = []
    for (const { follows, least, words } of tellingWords(counted, limit)) {
      if (found.length >= least) continue
      const more = this.#matching(words, limit, isFiltered)
      found = follows ? filledUp(found, more, limit) : more
    }
    return found
  }

  #matching(
    words: readonly { readonly word: string }[],
    limit: number,
    isFiltered: boolean,
  ): readonly Ranked[] {
    if (words.length === 0) return []
    // Quoted, no word is part of the syntax.
    const expression = words.map(({ word }) => `"${word.replaceAll('"', '""')}"`).join(' OR ')
    const rows = this.#sql(
      `SELECT number, score FROM (
         SELECT rowid AS number, bm25(words, ${weights}) AS score FROM words
         WHERE words MATCH ? ${isFiltered ? 'AND is_allowed(rowid)' : ''} LIMIT ${lookedAtMost}
       ) ORDER BY score LIMIT ?`,
    ).all(expression, limit)
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

  #byVector(vector: Float32Array, limit: number, isFiltered: boolean): readonly Ranked[] {
    if (this.#dimension === undefined) return []
    if (vector.length !== this.#dimension) {
      throw otherQueryDimension(this.#dimension, vector.length)
    }
    const wanted = quantised(vector)
    const count = Math.max(nearMin, nearFactor * limit)
    const near = this.#readSigns(this.#dimension).nearest(wanted, count, this.#isAllowed)
    const rows = this.#sql(
      `SELECT number, vec_distance_cosine(vec_int8(vector), vec_int8(?)) AS distance
       FROM vectors WHERE number IN (SELECT value FROM json_each(?))
         ${isFiltered ? 'AND is_document_allowed((SELECT document FROM passages WHERE passages.number = vectors.number))' : ''}
       ORDER BY distance LIMIT ?`,
    ).all(bytesOf(wanted), JSON.stringify(near), limit)
    return rows.map((row) => ({ id: String(row['number']), score: 1 - Number(row['distance']) }))
  }

  #documentsOf(filter: MetadataFilter): ReadonlySet<number> {
    const key = JSON.stringify(filter)
    const known = this.#allowed.get(key)
    if (known !== undefined) return known
    const { sql, values } = filterSql(filter)
    const rows = this.#sql(`SELECT number FROM documents WHERE ${sql}`).all(...values)
    const allowed = new Set(rows.map(({ number }) => Number(number)))
    this.#allowed.set(key, allowed)
    return allowed
  }

  #readDocuments(): void {
    this.#documents.clear()
    const rows = this.#sql('SELECT number, document FROM passages').iterate()
    for (const { document, number } of rows) this.#documents.set(Number(number), Number(document))
  }

  #readSigns(dimension: number): VectorSigns {
    if (this.#signs !== undefined) return this.#signs
    const signs = new VectorSigns(dimension)
    const rows = this.#sql('SELECT number, vector FROM vectors').iterate()
    for (const { number, vector } of rows) {
      if (!(vector instanceof Uint8Array)) continue
      const passage = Number(number)
      signs.add(passage, this.#documents.get(passage), new Int8Array(vector))
    }
    this.#signs = signs
    return signs
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

  #insertMembers(document: number, { metadata }: IndexedDocument): void {
    for (const [key, value] of Object.entries(metadata)) {
      this.#sql('INSERT INTO members (key, type, value, document) VALUES (?, ?, ?, ?)').run(
        key,
        typeof value,
        typeof value === 'boolean' ? Number(value) : value,
        document,
      )
    }
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
      this.#documents.set(Number(number), document)
      if (vector === undefined) continue
      this.#useDimension(vector.length)
      const bytes = quantised(vector)
      this.#sql('INSERT INTO vectors (number, vector) VALUES (?, ?)').run(number, bytesOf(bytes))
      this.#signs?.add(Number(number), document, bytes)
    }
  }

  #delete(documents: readonly number[]): void {
    for (const document of documents) this.#deleteOne(document)
    this.#signs?.remove(new Set(documents))
  }

  /** All but the signs of its vectors. */
  #deleteOne(document: number): void {
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
        this.#sql('DELETE FROM vectors WHERE number = ?').run(Number(number))
      }
    }
    for (const { number } of rows) this.#documents.set(Number(number), 0)
    this.#sql('DELETE FROM members WHERE document = ?').run(document)
    this.#sql('DELETE FROM passages WHERE document = ?').run(document)
    this.#sql('DELETE FROM documents WHERE number = ?').run(document)
  }

  #useDimension(dimension: number): void {
    if (this.#dimension === dimension) return
    if (this.#dimension !== undefined) {
      throw otherDimension(this.#dimension, dimension)
    }
    this.#database.exec(
      'CREATE TABLE vectors (number INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT',
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
    this.#allowed = new RecentMap(filtersMax)
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#dimension = dimension
      this.#signs = undefined
      // Of a failure such as a full disk, SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#readDocuments()
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

/** A vector of length 1 in a byte a dimension: a quarter of the memory, and the same order but for near ties. */
function quantised(vector: Float32Array): Int8Array {
  const bytes = new Int8Array(vector.length)
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  const scale = largest === 0 ? 0 : 127 / largest
  vector.forEach((value, place) => (bytes[place] = Math.round(value * scale)))
  return bytes
}

function bytesOf(vector: Int8Array): Uint8Array {
  return new Uint8Array(vector.buffer)
}

/** Passages of a document follow one another: it is looked for once. */
function rememberingLast(allowed: ReadonlySet<number>): (document: number) => boolean {
  let last = 0
  let isAllowed = false
  return (document) => {
    if (document === last) return isAllowed
    last = document
    isAllowed = allowed.has(document)
    return isAllowed
  }
}
