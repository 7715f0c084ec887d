import { type Clock, parseJson } from '@fairlead/base'
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

/** The body as JSON, whose length is known. */
interface Entry {
  readonly record: Omit<KeptRecord, 'body'>
  readonly body: string
  readonly bytes: number
}

interface MemoryRecordsOptions {
  readonly clock: Pick<Clock, 'now'>
  /** Of bodies. */
  readonly bytesMax: number
  /** Whether there is such a conversation. */
  readonly hasConversation: (tenant: string, id: string) => boolean
  readonly erasures: LocalErasures
}

/** The records of a store in this process. */
export class MemoryRecords implements RecordStore {
  readonly #options: MemoryRecordsOptions
  /** By tenant and owner, then by kind and id. */
  readonly #owners = new Map<string, Map<string, Entry>>()
  #bytes = 0

  constructor(options: MemoryRecordsOptions) {
    this.#options = options
  }

  async load(key: RecordKey): Promise<KeptRecord | undefined> {
    const entry = this.#find(key)
    return entry && read(entry)
  }

  async put(
    { body, ...record }: NewRecord,
    expectedVersion: number | null,
    erased?: number,
  ): Promise<boolean> {
    const { bytesMax, erasures, hasConversation } = this.#options
    const { tenant, owner } = record
    if (erasures.isErasedSince(tenant, ownerSubject(owner), erased)) return false
    if (isConversationOwner(owner) && !hasConversation(tenant, owner)) return false
    const before = this.#find(record)
    if ((before?.record.version ?? null) !== expectedVersion) return false
    const text = JSON.stringify(body)
    const bytes = Buffer.byteLength(text)
    checkRecordBytes({
      bytes,
      before: before?.bytes ?? 0,
      total: this.#bytes,
      bytesMax: recordBound(record.kind, bytesMax),
    })
    const version = (expectedVersion ?? 0) + 1
    const owned = this.#owners.get(ownerKey(record)) ?? new Map<string, Entry>()
    owned.set(recordKey(record), { record: { ...record, version }, body: text, bytes })
    this.#owners.set(ownerKey(record), owned)
    this.#bytes += bytes - (before?.bytes ?? 0)
    return true
  }

  async list({ limit, after = '', ...query }: RecordQuery): Promise<readonly KeptRecord[]> {
    const entries = [...(this.#owners.get(ownerKey(query))?.values() ?? [])]
    const found = entries.filter(({ record }) => record.kind === query.kind && record.id > after)
    return this.#page(found, (entry) => entry.record.id, limit)
  }

  async scan({ kind, after, limit }: RecordScan): Promise<readonly KeptRecord[]> {
    const start = after === undefined ? '' : scanKey(after)
    const entries = [...this.#owners.values()].flatMap((owned) => [...owned.values()])
    const found = entries.filter(({ record }) => record.kind === kind && scanKey(record) > start)
    return this.#page(found, (entry) => scanKey(entry.record), limit)
  }

  async remove(key: RecordKey): Promise<boolean> {
    const entry = this.#find(key)
    if (entry !== undefined) this.#remove(entry)
    return entry !== undefined
  }

  async removeOwner(tenant: string, owner: string): Promise<number> {
    return this.removeOf(tenant, owner)
  }

  async expire(): Promise<number> {
    const entries = [...this.#owners.values()].flatMap((owned) => [...owned.values()])
    const expired = entries.filter((entry) => this.#isExpired(entry)).slice(0, expireBatch)
    for (const entry of expired) this.#remove(entry)
    return expired.length
  }

  /** Deletes all of an owner. Returns how many. */
  removeOf(tenant: string, owner: string): number {
    const key = ownerKey({ tenant, owner })
    const owned = [...(this.#owners.get(key)?.values() ?? [])]
    this.#owners.delete(key)
    this.#bytes -= owned.reduce((total, { bytes }) => total + bytes, 0)
    return owned.length
  }

  clear(): void {
    this.#owners.clear()
    this.#bytes = 0
  }

  /** An expired one is deleted and not found. */
  #find(key: RecordKey): Entry | undefined {
    const entry = this.#owners.get(ownerKey(key))?.get(recordKey(key))
    if (entry === undefined || !this.#isExpired(entry)) return entry
    this.#remove(entry)
    return undefined
  }

  #isExpired({ record: { expiresAtMs } }: Entry): boolean {
    return expiresAtMs !== null && this.#options.clock.now() >= expiresAtMs
  }

  #remove({ record, bytes }: Entry): void {
    const key = ownerKey(record)
    const owned = this.#owners.get(key)
    if (owned?.delete(recordKey(record)) !== true) return
    this.#bytes -= bytes
    if (owned.size === 0) this.#owners.delete(key)
  }

  #page(
    entries: readonly Entry[],
    orderOf: (entry: Entry) => string,
    limit: number,
  ): readonly KeptRecord[] {
    const live = entries
      .filter((entry) => !this.#isExpired(entry))
      .map((entry) => ({ entry, order: orderOf(entry) }))
      .toSorted((one, other) => (one.order < other.order ? -1 : 1))
    return recordPage(readEach(live.map(({ entry }) => entry)), limit)
  }
}

/** Each as it is asked for: those that do not fit are not parsed. */
function* readEach(entries: readonly Entry[]) {
  for (const entry of entries) yield { record: read(entry), bytes: entry.bytes }
}

/** JSON, so that no tenant or owner with a separator in it can imitate another pair. */
function ownerKey({ tenant, owner }: Pick<KeptRecord, 'tenant' | 'owner'>): string {
  return JSON.stringify([tenant, owner])
}

function recordKey({ kind, id }: Pick<KeptRecord, 'kind' | 'id'>): string {
  return JSON.stringify([kind, id])
}

function scanKey({ tenant, owner, id }: RecordKey): string {
  return JSON.stringify([tenant, owner, id])
}

/** Unchecked, because this store wrote the text from a value of the same type. */
function read({ record, body }: Entry): KeptRecord {
  return { ...record, body: parseJson(body) as KeptRecord['body'] }
}
