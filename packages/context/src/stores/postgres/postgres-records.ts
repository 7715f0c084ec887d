import { randomUUID } from 'node:crypto'
import {
  checkRecordBytes,
  isConversationOwner,
  ownerSubject,
  recordBound,
  recordPageBytesMax,
  type KeptRecord,
  type NewRecord,
  type RecordKey,
  type RecordQuery,
  type RecordScan,
  type RecordStore,
} from '../record-store.ts'
import { erasureKeptMs, subjectDigest } from '../subject-erasures.ts'
import { expireBatch } from '../turn-store.ts'
import { type PostgresParts, timeOf } from './postgres-parts.ts'
import { readText, storedText } from './stored-text.ts'
import { parseStored } from '../parse-stored.ts'
import { type Row } from './stored-turn.ts'

/** The records of a store in PostgreSQL. */
export class PostgresRecords implements RecordStore {
  readonly #parts: PostgresParts
  readonly #bytesMax: number
  /** Of all records, as far as this process knows; undefined before it has counted. */
  #bytes: number | undefined

  /** Of `bytesMax`, several replicas may exceed what one has not counted yet. */
  constructor(parts: PostgresParts, bytesMax: number) {
    this.#parts = parts
    this.#bytesMax = bytesMax
  }

  async load(key: RecordKey): Promise<KeptRecord | undefined> {
    const [row] = await this.#ask(
      `SELECT * FROM fairlead.records r WHERE tenant = $1 AND owner = $2 AND kind = $3 AND id = $4
         AND fairlead.is_kept_1(r, $5)`,
      [...namesOf(key), this.#nowMs],
    )
    return row && readRecord(row)
  }

  async put(
    record: NewRecord,
    expectedVersion: number | null,
    erasures?: number,
  ): Promise<boolean> {
    const subject = ownerSubject(record.owner)
    const text = JSON.stringify(record.body)
    const bytes = Buffer.byteLength(text)
    checkRecordBytes({ bytes, before: 0, total: 0, bytesMax: Infinity })
    const bytesMax = recordBound(record.kind, this.#bytesMax)
    const token = randomUUID()
    this.#bytes ??= await this.#sumOfBytes()
    for (let isCounted = false; ; isCounted = true) {
      const total = this.#bytes
      const [row] = await this.#ask(
        `SELECT * FROM fairlead.put_record_3($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
           $14, $15)`,
        [
          ...namesOf(record),
          isConversationOwner(record.owner),
          expectedVersion,
          record.expiresAtMs,
          text,
          ...timeOf(this.#parts),
          token,
          bytesMax - total,
          subject === null ? null : subjectDigest(record.tenant, subject),
          erasures ?? null,
          erasureKeptMs,
        ],
      )
      const before = Number(row?.['before'])
      if (row?.['outcome'] === 'full') {
        if (isCounted) checkRecordBytes({ bytes, before, total, bytesMax })
        this.#bytes = await this.#sumOfBytes()
        continue
      }
      if (row?.['outcome'] !== 'stored') return false
      this.#bytes += bytes - before
      return true
    }
  }

  list({ tenant, owner, kind, after = '', limit }: RecordQuery) {
    return this.#page(kind, true, { tenant, owner, id: after }, limit)
  }

  scan({ kind, after, limit }: RecordScan): Promise<readonly KeptRecord[]> {
    return this.#page(kind, false, after ?? { tenant: '', owner: '', id: '' }, limit)
  }

  async remove(key: RecordKey): Promise<boolean> {
    const [row] = await this.#ask(
      `DELETE FROM fairlead.records r WHERE tenant = $1 AND owner = $2 AND kind = $3 AND id = $4
       RETURNING fairlead.is_kept_1(r, $5) AS existed`,
      [...namesOf(key), this.#nowMs],
    )
    return row?.['existed'] === true
  }

  async removeOwner(tenant: string, owner: string): Promise<number> {
    const rows = await this.#ask(
      'DELETE FROM fairlead.records WHERE tenant = $1 AND owner = $2 RETURNING id',
      [storedText(tenant), storedText(owner)],
    )
    return rows.length
  }

  async expire(): Promise<number> {
    const rows = await this.#ask(
      `DELETE FROM fairlead.records WHERE (tenant, owner, kind, id) IN (
         SELECT tenant, owner, kind, id FROM fairlead.records WHERE expires_ms <= $1
         LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
      [this.#nowMs, expireBatch],
    )
    this.#bytes = undefined
    return rows.length
  }

  async #page(
    kind: string,
    ofOwner: boolean,
    after: Pick<RecordKey, 'tenant' | 'owner' | 'id'>,
    limit: number,
  ): Promise<readonly KeptRecord[]> {
    const rows = await this.#ask(
      'SELECT * FROM fairlead.record_page_1($1, $2, $3, $4, $5, $6, $7, $8)',
      [
        storedText(kind),
        ofOwner,
        ...[after.tenant, after.owner, after.id].map(storedText),
        this.#nowMs,
        limit,
        recordPageBytesMax,
      ],
    )
    return rows.map(readRecord)
  }

  async #sumOfBytes(): Promise<number> {
    const [row] = await this.#ask(
      'SELECT COALESCE(sum(bytes), 0) AS bytes FROM fairlead.records',
      [],
    )
    return Number(row?.['bytes'])
  }

  get #nowMs(): number {
    return this.#parts.clock.now()
  }

  #ask(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#parts.pool.ask(text, values)
  }
}

function namesOf({ tenant, owner, kind, id }: RecordKey): readonly string[] {
  return [tenant, owner, kind, id].map(storedText)
}

function readRecord(row: Row): KeptRecord {
  const expires = row['expires_ms']
  return {
    kind: readText(String(row['kind'])),
    tenant: readText(String(row['tenant'])),
    owner: readText(String(row['owner'])),
    id: readText(String(row['id'])),
    version: Number(row['version']),
    body: parseStored<KeptRecord['body']>(row['body']),
    expiresAtMs: expires === null ? null : Number(expires),
  }
}
