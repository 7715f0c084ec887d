import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@fairlead/base'
import type { TurnAnswerer } from '../../turns/turn.ts'
import type { KeptResponse, ResponseError } from '../kept-response.ts'
import { readResponseStatus } from '../read-status.ts'
import {
  defaultResponseTtlMs,
  type ChainBounds,
  type ResponseBounds,
  type ResponseChain,
  type ResponseEnd,
  type ResponseFinish,
  type ResponseFrames,
  type ResponseProgress,
  type ResponseStore,
} from '../response-store.ts'
import { expireBatch } from '../turn-store.ts'
import { BoundedRows } from './bounded-rows.ts'
import type { PostgresParts } from './postgres-parts.ts'
import { readText, storedText, storedTextOrNull } from './stored-text.ts'
import { parseStored } from '../parse-stored.ts'
import { type Row } from './stored-turn.ts'

/** The kept responses of a store in PostgreSQL. */
export class PostgresResponses implements ResponseStore {
  readonly #parts: PostgresParts
  readonly #rows: BoundedRows

  constructor(parts: PostgresParts, { responsesMax, bytesMax }: ResponseBounds) {
    this.#parts = parts
    this.#rows = new BoundedRows(parts.pool, {
      totals: 'SELECT count(*) AS count, COALESCE(sum(bytes), 0) AS bytes FROM fairlead.responses',
      removeOldest: `DELETE FROM fairlead.responses WHERE (tenant, id) IN (
        SELECT tenant, id FROM fairlead.responses WHERE NOT fairlead.is_running_1(status)
        ORDER BY touched_ms, id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING bytes`,
      countMax: responsesMax,
      bytesMax,
    })
  }

  async add(response: KeptResponse): Promise<boolean> {
    const { id, status, background, created_at, completed_at, error, answered_by } = response
    const token = randomUUID()
    const texts = [response.body, response.input, response.output].map((one) => JSON.stringify(one))
    // A second attempt finds what the first has stored.
    const [row] = await this.#ask(
      `WITH owner AS (SELECT 1 FROM fairlead.conversations c WHERE c.tenant = $1 AND c.id = $4
         AND NOT fairlead.is_over_1(c, $11, $17) FOR SHARE)
       INSERT INTO fairlead.responses AS r (tenant, id, previous, conversation, status, background,
         created_at, completed_at, error, answered_by, touched_ms, member, change, body, input, output)
       SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::boolean, $7::bigint, $8::bigint,
         $9::text, $10::text, $11::bigint, $12::text, $13::uuid, $14::text, $15::text, $16::text
       WHERE $4::text IS NULL OR EXISTS (SELECT 1 FROM owner)
       ON CONFLICT (tenant, id) DO UPDATE SET change = r.change WHERE r.change = EXCLUDED.change
       RETURNING bytes`,
      [
        storedText(response.tenant),
        storedText(id),
        storedTextOrNull(response.previous),
        storedTextOrNull(response.conversation),
        status,
        background,
        created_at,
        completed_at,
        textOf(error),
        textOf(answered_by),
        this.#parts.clock.now(),
        this.#parts.member,
        token,
        ...texts,
        this.#parts.retention.ttlMs ?? null,
      ],
    )
    if (row === undefined) {
      if ((await this.load(response.tenant, id)) === undefined) return false
      throw new Error(`there is a response with the id ${id}`)
    }
    await this.#rows.changed(1, Number(row['bytes']))
    return true
  }

  async load(tenant: string, id: string): Promise<KeptResponse | undefined> {
    const [row] = await this.#ask(
      `SELECT * FROM fairlead.responses WHERE tenant = $1 AND id = $2
         AND (fairlead.is_running_1(status) OR $3 - touched_ms < $4)`,
      this.#named(tenant, id),
    )
    return row && readResponse(row)
  }

  async chain(tenant: string, id: string, bounds: ChainBounds): Promise<ResponseChain> {
    const [found] = await this.#ask('SELECT * FROM fairlead.chain_1($1, $2, $3, $4, $5, $6)', [
      ...this.#named(tenant, id),
      bounds.responsesMax,
      bounds.bytesMax,
    ])
    const ids = (found?.['ids'] ?? []) as readonly string[]
    if (found?.['outcome'] === 'too-long') return { outcome: 'too-long' }
    if (found?.['outcome'] === 'missing') {
      return { outcome: 'missing', id: readText(ids[0] ?? '') }
    }
    const rows = await this.#ask(
      `SELECT r.* FROM unnest($2::text[]) WITH ORDINALITY AS n (id, place)
       JOIN fairlead.responses r ON r.tenant = $1 AND r.id = n.id ORDER BY n.place DESC`,
      [storedText(tenant), ids],
    )
    return { outcome: 'found', responses: rows.map(readResponse) }
  }

  async flush(progress: readonly ResponseProgress[]): Promise<void> {
    if (progress.length === 0) return
    const described = progress.map(({ tenant, id, output, firstFrame, frames }) => ({
      tenant: storedText(tenant),
      id: storedText(id),
      output: output === undefined ? null : JSON.stringify(output),
      first: firstFrame,
      frames: frames.map(storedText),
    }))
    const [, , ...times] = this.#named('', '')
    const [row] = await this.#ask('SELECT fairlead.flush_responses_1($1, $2, $3) AS grown', [
      ...times,
      JSON.stringify(described),
    ])
    await this.#rows.changed(0, Number(row?.['grown']))
  }

  async finish(end: ResponseEnd): Promise<ResponseFinish> {
    const { tenant, id, status, completedAt, error, answeredBy, body, output } = end
    const described = {
      status,
      completed_at: completedAt,
      error: textOf(error),
      answered_by: textOf(answeredBy),
      body: JSON.stringify(body),
      output: JSON.stringify(output),
      first: end.firstFrame,
    }
    const items = output.flatMap(({ id: item }) => (typeof item === 'string' ? [item] : []))
    const [row] = await this.#ask(
      'SELECT * FROM fairlead.finish_response_1($1, $2, $3, $4, $5, $6, $7, $8)',
      [
        ...this.#named(tenant, id),
        randomUUID(),
        JSON.stringify(described),
        end.frames.map(storedText),
        items.map(storedText),
      ],
    )
    await this.#rows.changed(0, Number(row?.['grown']))
    return row?.['outcome'] as ResponseFinish
  }

  async frames(
    tenant: string,
    id: string,
    from: number,
    bytesMax: number,
  ): Promise<ResponseFrames | undefined> {
    const [head, ...rows] = await this.#ask(
      'SELECT * FROM fairlead.frames_1($1, $2, $3, $4, $5, $6)',
      [...this.#named(tenant, id), from, bytesMax],
    )
    return (
      head && {
        frames: rows.map((row) => readText(String(row['frame']))),
        status: readResponseStatus(head['status']),
        count: Number(head['frames']),
      }
    )
  }

  async responseWithItem(tenant: string, itemId: string): Promise<string | undefined> {
    const [row] = await this.#ask(
      `SELECT r.id FROM fairlead.response_items i
       JOIN fairlead.responses r ON r.tenant = i.tenant AND r.id = i.response
       WHERE i.tenant = $1 AND i.item = $2
         AND (fairlead.is_running_1(r.status) OR $3 - r.touched_ms < $4)`,
      this.#named(tenant, itemId),
    )
    return row && readText(String(row['id']))
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    const [row] = await this.#ask(
      `DELETE FROM fairlead.responses WHERE tenant = $1 AND id = $2
       RETURNING bytes, fairlead.is_running_1(status) OR $3 - touched_ms < $4 AS existed`,
      this.#named(tenant, id),
    )
    if (row !== undefined) await this.#rows.changed(-1, -Number(row['bytes']))
    return row?.['existed'] === true
  }

  async recover(error: ResponseError, completedAt: number): Promise<number> {
    const rows = await this.#ask(
      `UPDATE fairlead.responses SET status = 'failed', error = $1, completed_at = $2, member = NULL
       WHERE status IN ('queued', 'in_progress') AND NOT fairlead.is_alive_1(member) RETURNING id`,
      [textOf(error), completedAt],
    )
    return rows.length
  }

  async expire(): Promise<number> {
    const [, , nowMs, ttlMs] = this.#named('', '')
    const rows = await this.#ask(
      `DELETE FROM fairlead.responses WHERE (tenant, id) IN (
         SELECT tenant, id FROM fairlead.responses
         WHERE status NOT IN ('queued', 'in_progress') AND touched_ms <= $1::bigint - $2::bigint
         LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id`,
      [nowMs, ttlMs, expireBatch],
    )
    this.#rows.countAnew()
    return rows.length
  }

  #named(tenant: string, id: string): readonly [string, string, number, number] {
    const { clock, retention } = this.#parts
    return [
      storedText(tenant),
      storedText(id),
      clock.now(),
      retention.ttlMs ?? defaultResponseTtlMs,
    ]
  }

  #ask(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#parts.pool.ask(text, values)
  }
}

/** Reads a row of the table `responses`. Throws for one of a newer program. */
function readResponse(row: Row): KeptResponse {
  const textOrNull = (value: unknown) => (typeof value === 'string' ? readText(value) : null)
  const { error, answered_by, completed_at } = row
  return {
    id: readText(String(row['id'])),
    tenant: readText(String(row['tenant'])),
    previous: textOrNull(row['previous']),
    conversation: textOrNull(row['conversation']),
    status: readResponseStatus(row['status']),
    background: row['background'] === true,
    body: parseStored<JsonObject>(row['body']),
    input: parseStored<readonly JsonObject[]>(row['input']),
    output: parseStored<readonly JsonObject[]>(row['output']),
    error: error === null ? null : parseStored<ResponseError>(error),
    answered_by: answered_by === null ? null : parseStored<TurnAnswerer>(answered_by),
    created_at: Number(row['created_at']),
    completed_at: completed_at === null ? null : Number(completed_at),
  }
}

function textOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}
