import type { AskPostgres } from '@fairlead/base'
import type { IndexedDocument, IndexedPassage } from '../knowledge-index.ts'
import { otherDimension } from '../indexed-size.ts'
import { vectorText } from './base-search.ts'
import { halfDimensionsMax, vectorTable } from './base-tables.ts'
import { type PassageWords, smallMax, wordCounter } from './passage-words.ts'
import { storedCharacters, storedMetadata } from './stored-characters.ts'

/** What one statement brings at most: a document can have very many passages. */
const passagesAtOnce = 200
const documentsAtOnce = 200

/** From so many passages on, vectors are found by an HNSW index and not compared one by one. */
const nearestFrom = 10_000

interface Changed {
  readonly passages: number
  readonly words: number
  readonly bytes: number
}

/** Changes of a base within a transaction, whose row is locked. */
export class BaseWriter {
  readonly #ask: AskPostgres
  readonly #base: number
  #dimension: number | undefined

  constructor(ask: AskPostgres, base: number, dimension: number | undefined) {
    this.#ask = ask
    this.#base = base
    this.#dimension = dimension
  }

  async insert(document: IndexedDocument, bytes: number): Promise<void> {
    const { passages } = document
    const [numbered] = await this.#ask(`SELECT nextval('base.numbers')::integer AS number`)
    const number = Number(numbered?.['number'])
    await this.#ask(
      `INSERT INTO base.documents (number, source, id, digest, title, url, metadata, passages, bytes)
       VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9)`,
      [
        number,
        storedCharacters(document.source),
        storedCharacters(document.id),
        storedCharacters(document.digest),
        storedOrNull(document.title),
        storedOrNull(document.url),
        storedMetadata(document.metadata),
        passages.length,
        bytes,
      ],
    )
    const count = wordCounter(document.title)
    let words = 0
    for (let from = 0; from < passages.length; from += passagesAtOnce) {
      const some = passages.slice(from, from + passagesAtOnce)
      const counted = some.map(count)
      const numbers = await this.#insertPassages(number, some, counted)
      await this.#insertWords(number, numbers, counted)
      await this.#insertVectors(number, numbers, some)
      words += counted.reduce((sum, { length }) => sum + length, 0)
    }
    await this.#change({ passages: passages.length, words, bytes })
  }

  /** Returns how many of the documents there were. */
  async delete(source: string, ids: readonly string[]): Promise<number> {
    let count = 0
    for (let from = 0; from < ids.length; from += documentsAtOnce) {
      const some = ids.slice(from, from + documentsAtOnce)
      const rows = await this.#ask(
        `DELETE FROM base.documents WHERE source = $1 AND id = ANY ($2::text[]) RETURNING number, bytes`,
        [storedCharacters(source), some.map(storedCharacters)],
      )
      if (rows.length === 0) continue
      count += rows.length
      const bytes = rows.reduce((sum, row) => sum + Number(row['bytes']), 0)
      await this.#deletePassages(
        rows.map((row) => Number(row['number'])),
        bytes,
      )
    }
    return count
  }

  /** Makes the HNSW index, when there are so many vectors that comparing all takes too long. */
  async makeNearest(passages: number): Promise<void> {
    const dimension = this.#dimension
    if (dimension === undefined || dimension > halfDimensionsMax || passages < nearestFrom) return
    await this.#ask(
      `CREATE INDEX IF NOT EXISTS knowledge_${this.#base}_nearest ON base.vectors
       USING hnsw (vector vector.halfvec_cosine_ops)`,
    )
    await this.#ask('UPDATE fairlead.knowledge_bases SET has_nearest = true WHERE number = $1', [
      this.#base,
    ])
  }

  async #deletePassages(documents: readonly number[], bytes: number): Promise<void> {
    if (this.#dimension !== undefined) {
      await this.#ask('DELETE FROM base.vectors WHERE document = ANY ($1::integer[])', [documents])
    }
    // Those that stand nowhere any more are found by their number: nothing lists them.
    const unused = await this.#ask(
      `WITH gone AS (
         DELETE FROM base.postings t USING (
           SELECT number, unnest(words) AS word FROM base.passages
           WHERE document = ANY ($1::integer[])
         ) AS old
         WHERE t.word = old.word AND t.passage = old.number RETURNING t.word
       ), fewer AS (SELECT word, count(*)::integer AS passages FROM gone GROUP BY word ORDER BY word),
       changed AS (
         UPDATE base.words w SET passages = w.passages - fewer.passages
         FROM fewer WHERE w.word = fewer.word RETURNING w.word, w.passages
       )
       SELECT word FROM changed WHERE passages = 0`,
      [documents],
    )
    await this.#ask('DELETE FROM base.words WHERE word = ANY ($1::integer[]) AND passages = 0', [
      unused.map(({ word }) => Number(word)),
    ])
    const [gone] = await this.#ask(
      `WITH gone AS (DELETE FROM base.passages WHERE document = ANY ($1::integer[]) RETURNING length)
       SELECT count(*) AS passages, COALESCE(sum(length), 0) AS words FROM gone`,
      [documents],
    )
    await this.#change({
      passages: -Number(gone?.['passages']),
      words: -Number(gone?.['words']),
      bytes: -bytes,
    })
  }

  async #insertPassages(
    document: number,
    passages: readonly IndexedPassage[],
    counted: readonly PassageWords[],
  ): Promise<readonly number[]> {
    const rows = await this.#ask(
      `SELECT nextval('base.numbers')::integer AS number FROM generate_series(1, $1::integer)`,
      [passages.length],
    )
    const numbers = rows.map((row) => Number(row['number']))
    await this.#ask(
      `INSERT INTO base.passages (number, document, url, headings, text, length, words)
       SELECT number, $1::integer, url, headings, text, length, words::integer[]
       FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[])
         AS p (number, url, headings, text, length, words)`,
      [
        document,
        numbers,
        passages.map(({ url }) => storedOrNull(url)),
        passages.map(({ headings }) => JSON.stringify(headings.map(storedCharacters))),
        passages.map(({ text }) => storedCharacters(text)),
        counted.map(({ length }) => length),
        counted.map(({ frequencies }) => `{${[...frequencies.keys()].join(',')}}`),
      ],
    )
    return numbers
  }

  async #insertWords(
    document: number,
    numbers: readonly number[],
    counted: readonly PassageWords[],
  ): Promise<void> {
    const postings = counted.flatMap(({ frequencies, length }, at) =>
      Array.from(frequencies, ([word, frequency]) => ({
        word,
        passage: numbers[at] ?? 0,
        frequency,
        length: Math.min(length, smallMax),
      })),
    )
    await this.#ask(
      `INSERT INTO base.postings (word, passage, document, frequency, length)
       SELECT word, passage, $1::integer, frequency, length
       FROM unnest($2::integer[], $3::integer[], $4::smallint[], $5::smallint[])
         AS p (word, passage, frequency, length)`,
      [
        document,
        postings.map(({ word }) => word),
        postings.map(({ passage }) => passage),
        postings.map(({ frequency }) => frequency),
        postings.map(({ length }) => length),
      ],
    )
    const passages = new Map<number, number>()
    for (const { word } of postings) passages.set(word, (passages.get(word) ?? 0) + 1)
    await this.#ask(
      `INSERT INTO base.words AS w (word, passages)
       SELECT word, passages FROM unnest($1::integer[], $2::integer[]) AS p (word, passages)
       ON CONFLICT (word) DO UPDATE SET passages = w.passages + excluded.passages`,
      [[...passages.keys()], [...passages.values()]],
    )
  }

  async #insertVectors(
    document: number,
    numbers: readonly number[],
    passages: readonly IndexedPassage[],
  ): Promise<void> {
    const vectors = passages.flatMap(({ vector }, at) =>
      vector === undefined ? [] : [{ vector, passage: numbers[at] ?? 0 }],
    )
    for (const { vector } of vectors) await this.#useDimension(vector.length)
    if (vectors.length === 0) return
    await this.#ask(
      `INSERT INTO base.vectors (passage, document, vector)
       SELECT passage, $1::integer, vector::vector.halfvec
       FROM unnest($2::integer[], $3::text[]) AS p (passage, vector)`,
      [
        document,
        vectors.map(({ passage }) => passage),
        vectors.map(({ vector }) => vectorText(vector)),
      ],
    )
  }

  async #useDimension(dimension: number): Promise<void> {
    if (this.#dimension === dimension) return
    if (this.#dimension !== undefined) throw otherDimension(this.#dimension, dimension)
    await this.#ask(vectorTable(dimension))
    await this.#ask('UPDATE fairlead.knowledge_bases SET dimension = $2 WHERE number = $1', [
      this.#base,
      dimension,
    ])
    this.#dimension = dimension
  }

  async #change({ bytes, passages, words }: Changed): Promise<void> {
    await this.#ask(
      `UPDATE fairlead.knowledge_bases
       SET passages = passages + $2, words = words + $3, bytes = bytes + $4 WHERE number = $1`,
      [this.#base, passages, words, bytes],
    )
  }
}

function storedOrNull(text: string | null): string | null {
  return text === null ? null : storedCharacters(text)
}
