import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@fairlead/base'
import {
  checkRecordBytes,
  isConversationOwner,
  ownerSubject,
  recordBound,
  recordPage,
  type KeptRecord,
  type NewRecord,
  type RecordKey,
  type RecordQuery,
  type RecordScan,
  type RecordStore,
} from '../record-store.ts'
import type { LocalErasures } from '../local-erasures.ts'
import { expireBatch } from '../turn-store.ts'
import { prepareRecordStatements, type RecordStatements } from './record-statements.ts'
import type { SqliteConversations } from './sqlite-conversations.ts'
import { parseStored } from '../parse-stored.ts'
import { type Row } from './sqlite-rows.ts'
import type { SqliteTransactions } from './sqlite-transactions.ts'

interface SqliteRecordsOptions {
  readonly database: DatabaseSync
  readonly transactions: SqliteTransactions
  readonly conversations: SqliteConversations
  readonly erasures: LocalErasures
  readonly clock: Pick<Clock, 'now'>
  /** Of bodies. */
  readonly bytesMax: number
}

/** The records of a SQLite store, in the store's file. */
export class SqliteRecords implements RecordStore {
  readonly #options: SqliteRecordsOptions
  readonly #sql: RecordStatements
  /** No fewer than there are: what is deleted with conversations is not counted off. */
  #bytes: number

  constructor(options: SqliteRecordsOptions) {
    this.#options = options
    this.#sql = prepareRecordStatements(options.database)
    this.#bytes = this.#sumOfBytes()
  }

  async load(key: RecordKey): Promise<KeptRecord | undefined> {
    const row = this.#sql.load.get(...namesOf(key), this.#nowMs())
    return row && readRecord(row)
  }

  async put(record: NewRecord, expectedVersion: number | null, erased?: number): Promise<boolean> {
    const { tenant, owner, expiresAtMs, body } = record
    const { conversations, erasures, transactions } = this.#options
    if (erasures.isErasedSince(tenant, ownerSubject(owner), erased)) return false
    return transactions.run(() => {
      const conversation = conversations.live(tenant, owner)?.number ?? null
      if (isConversationOwner(owner) && conversation === null) return false
      const head = this.#sql.head.get(...namesOf(record), this.#nowMs())
      if ((head?.['version'] ?? null) !== expectedVersion) return false
      const text = JSON.stringify(body)
      const bytes = Buffer.byteLength(text)
      const before = Number(head?.['bytes'] ?? 0)
      this.#checkRoom(record.kind, bytes, before)
      const version = (expectedVersion ?? 0) + 1
      this.#sql.put.run(...namesOf(record), conversation, version, expiresAtMs, text)
      this.#bytes += bytes - before
      return true
    })
  }

  async list({ tenant, owner, kind, after = '', limit }: RecordQuery) {
    return readPage(this.#sql.list.iterate(tenant, owner, kind, after, this.#nowMs(), limit), limit)
  }

  async scan({ kind, after, limit }: RecordScan): Promise<readonly KeptRecord[]> {
    const { tenant = '', owner = '', id = '' } = after ?? {}
    const rows = this.#sql.scan.iterate(kind, tenant, owner, id, this.#nowMs(), limit)
    return readPage(rows, limit)
  }

  async remove(key: RecordKey): Promise<boolean> {
    const isThere = this.#sql.head.get(...namesOf(key), this.#nowMs()) !== undefined
    if (Number(this.#sql.remove.run(...namesOf(key)).changes) > 0) {
      await this.#options.transactions.wipeLog()
    }
    return isThere
  }

  async removeOwner(tenant: string, owner: string): Promise<number> {
    const removed = this.removeOf(tenant, owner)
    if (removed > 0) await this.#options.transactions.wipeLog()
    return removed
  }

  async expire(): Promise<number> {
    const expired = Number(this.#sql.expire.run(this.#nowMs(), expireBatch).changes)
    if (expired > 0) await this.#options.transactions.wipeLog()
    return expired
  }

  /** Deletes all of an owner. Returns how many. The log is not wiped. */
  removeOf(tenant: string, owner: string): number {
    return Number(this.#sql.removeOwner.run(tenant, owner).changes)
  }

  /** Deletes some records of a conversation. Whether there were so many. */
  removeStep(conversation: number, count: number): boolean {
    return Number(this.#sql.removeSome.run(conversation, count).changes) === count
  }

  #checkRoom(kind: string, bytes: number, before: number): void {
    const bytesMax = recordBound(kind, this.#options.bytesMax)
    if (this.#bytes - before + bytes > bytesMax) this.#bytes = this.#sumOfBytes()
    checkRecordBytes({ bytes, before, total: this.#bytes, bytesMax })
  }

  #sumOfBytes(): number {
    return Number(this.#sql.bytes.get()?.['bytes'])
  }

  #nowMs(): number {
    return this.#options.clock.now()
  }
}

function namesOf({ tenant, owner, kind, id }: RecordKey): [string, string, string, string] {
  return [tenant, owner, kind, id]
}

function readPage(rows: Iterable<Row>, limit: number): readonly KeptRecord[] {
  return recordPage(readEach(rows), limit)
}

/** Each as it is asked for: those that do not fit are not parsed. */
function* readEach(rows: Iterable<Row>) {
  for (const row of rows) yield { record: readRecord(row), bytes: Number(row['bytes']) }
}

function readRecord(row: Row): KeptRecord {
  const expires = row['expires_ms']
  return {
    kind: String(row['kind']),
    tenant: String(row['tenant']),
    owner: String(row['owner']),
    id: String(row['id']),
    version: Number(row['version']),
    body: parseStored<KeptRecord['body']>(row['body']),
    expiresAtMs: expires === null ? null : Number(expires),
  }
}
