import { randomUUID } from 'node:crypto'
import type { Item, ModelResponse } from '@fairlead/llm'
import {
  type AnswerBounds,
  type AnswerPart,
  type AnswerStore,
  answerTtlMs,
} from '../answer-store.ts'
import type { KeptAnswer } from '../kept-answer.ts'
import { expireBatch } from '../turn-store.ts'
import { BoundedRows } from './bounded-rows.ts'
import type { PostgresParts } from './postgres-parts.ts'
import { readText, storedText, storedTextOrNull } from './stored-text.ts'
import { parseStored } from '../parse-stored.ts'
import { type Row } from './stored-turn.ts'

/** The kept answers of a store in PostgreSQL. */
export class PostgresAnswers implements AnswerStore {
  readonly #parts: PostgresParts
  readonly #rows: BoundedRows

  constructor(parts: PostgresParts, { answersMax, bytesMax }: AnswerBounds) {
    this.#parts = parts
    this.#rows = new BoundedRows(parts.pool, {
      totals: 'SELECT count(*) AS count, COALESCE(sum(bytes), 0) AS bytes FROM fairlead.answers',
      removeOldest: `DELETE FROM fairlead.answers WHERE (tenant, key) IN (
        SELECT tenant, key FROM fairlead.answers WHERE whole IS NOT NULL
        ORDER BY touched_ms, id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING bytes`,
      countMax: answersMax,
      bytesMax,
    })
  }

  async begin(answer: KeptAnswer): Promise<KeptAnswer | undefined> {
    const output = JSON.stringify(answer.output)
    const [known] = await this.#ask(
      'SELECT * FROM fairlead.begin_answer_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
      [
        ...namesOf(answer),
        storedText(answer.digest),
        storedTextOrNull(answer.response),
        answer.created_at,
        this.#parts.clock.now(),
        this.#expiredMs,
        this.#parts.member,
        output,
      ],
    )
    if (known !== undefined) return readAnswer(known)
    await this.#rows.changed(1, Buffer.byteLength(output))
    return undefined
  }

  async load(tenant: string, key: string): Promise<KeptAnswer | undefined> {
    const [row] = await this.#ask(
      `SELECT * FROM fairlead.answers WHERE tenant = $1 AND key = $2
         AND (whole IS NULL OR touched_ms > $3)`,
      [storedText(tenant), storedText(key), this.#expiredMs],
    )
    return row && readAnswer(row)
  }

  async flush({ output, ...part }: AnswerPart & { readonly output: readonly Item[] }) {
    const text = JSON.stringify(output)
    await this.#change('SET output = $4, touched_ms = $5', part, text)
  }

  async complete({ whole, ...part }: AnswerPart & { readonly whole: ModelResponse }) {
    const text = JSON.stringify(whole)
    return this.#change(`SET output = '[]', whole = $4, touched_ms = $5`, part, text)
  }

  async drop(part: AnswerPart): Promise<void> {
    const [row] = await this.#ask(
      `DELETE FROM fairlead.answers WHERE tenant = $1 AND key = $2 AND id = $3 AND whole IS NULL
       RETURNING bytes`,
      namesOf(part),
    )
    if (row !== undefined) await this.#rows.changed(-1, -Number(row['bytes']))
  }

  async recover(): Promise<number> {
    const rows = await this.#ask(
      `DELETE FROM fairlead.answers WHERE whole IS NULL AND NOT fairlead.is_alive_1(member)
       RETURNING id`,
      [],
    )
    if (rows.length > 0) this.#rows.countAnew()
    return rows.length
  }

  async expire(): Promise<number> {
    const rows = await this.#ask(
      `DELETE FROM fairlead.answers WHERE (tenant, key) IN (
         SELECT tenant, key FROM fairlead.answers WHERE whole IS NOT NULL AND touched_ms <= $1
         LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
      [this.#expiredMs, expireBatch],
    )
    this.#rows.countAnew()
    return rows.length
  }

  get #expiredMs(): number {
    return this.#parts.clock.now() - answerTtlMs
  }

  /** Changes an answer of one call. Whether there is one. */
  async #change(set: string, part: AnswerPart, text: string): Promise<boolean> {
    // A second attempt finds what the first has stored.
    const [row] = await this.#ask(
      `WITH before AS (SELECT bytes FROM fairlead.answers
         WHERE tenant = $1 AND key = $2 AND id = $3)
       UPDATE fairlead.answers ${set}, change = $6
       WHERE tenant = $1 AND key = $2 AND id = $3 AND (whole IS NULL OR change = $6)
       RETURNING bytes - (SELECT bytes FROM before) AS grown`,
      [...namesOf(part), text, this.#parts.clock.now(), randomUUID()],
    )
    if (row !== undefined) await this.#rows.changed(0, Number(row['grown']))
    return row !== undefined
  }

  #ask(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#parts.pool.ask(text, values)
  }
}

function namesOf({ tenant, key, id }: AnswerPart): [string, string, string] {
  return [storedText(tenant), storedText(key), storedText(id)]
}

/** Unchecked, because this store wrote the texts from values of the same types. */
function readAnswer(row: Row): KeptAnswer {
  const { response, whole } = row
  return {
    tenant: readText(String(row['tenant'])),
    key: readText(String(row['key'])),
    id: readText(String(row['id'])),
    digest: readText(String(row['digest'])),
    response: typeof response === 'string' ? readText(response) : null,
    created_at: Number(row['created_at']),
    output: parseStored<KeptAnswer['output']>(row['output']),
    whole: typeof whole === 'string' ? parseStored<ModelResponse>(whole) : null,
  }
}
