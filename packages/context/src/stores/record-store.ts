import type { JsonObject } from '@fairlead/base'

/** Something that is kept beside turns, such as a summary, the vectors of turns or a note. */
export interface KeptRecord {
  /** What it is, such as `summary`, `vectors`, `note`, `key`. */
  readonly kind: string
  readonly tenant: string
  /**
   * Whose it is: the id of a conversation, or `subject:` and a subject. It is deleted with its owner,
   * in the same step.
   */
  readonly owner: string
  /** ASCII. Unique within kind, tenant and owner; records of a list come in the order of their ids. */
  readonly id: string
  /** Counts the changes, from 1. */
  readonly version: number
  /** JSON; vectors as base64 of little-endian Float32 within it. */
  readonly body: JsonObject
  /** Unix milliseconds; null keeps it as long as its owner. */
  readonly expiresAtMs: number | null
}

/** Names a record. */
export type RecordKey = Pick<KeptRecord, 'tenant' | 'kind' | 'owner' | 'id'>

/** A record to be stored, which gets its version from the store. */
export type NewRecord = Omit<KeptRecord, 'version'>

/**
 * Where everything is kept that stands beside turns. Every store passes the suite in
 * `test-support/record-store-contract.ts`.
 *
 * Guarantees
 * - Tenants are isolated: the same owner in two tenants is two owners.
 * - `put` is a compare-and-set on the version: of two changes made from one version, one is stored.
 * - A record is deleted with its conversation, whatever deletes that, and those of `subject:` with the
 *   last batch of `TurnStore.removeSubject`. One that expired is not found, and is deleted.
 * - Bytes are bounded: `put` rejects what is larger than `recordBytesMax`, and, beyond the store's
 *   bound, what would make it grow.
 *
 * Errors: as of `TurnStore`.
 */
export interface RecordStore {
  load(key: RecordKey): Promise<KeptRecord | undefined>
  /**
   * Stores a record whose version is `expectedVersion`; null where there must be none. False if
   * somebody else was first, and for a record of a conversation that is gone, or of a subject that has
   * been erased since `erasures` was its count; that is unchecked when it is left out.
   */
  put(record: NewRecord, expectedVersion: number | null, erasures?: number): Promise<boolean>
  /**
   * Records of an owner, by id. There may be fewer than `limit`, because one call returns no more than
   * `recordPageBytesMax`: ask again from the last, until none come.
   */
  list(query: RecordQuery): Promise<readonly KeptRecord[]>
  /**
   * Records of a kind, of all tenants and owners, in an order of the store's: for work on all of them.
   * Pages are as those of `list`.
   */
  scan(query: RecordScan): Promise<readonly KeptRecord[]>
  /** Whether it existed. */
  remove(key: RecordKey): Promise<boolean>
  /** Deletes all of an owner, of every kind. Returns how many. */
  removeOwner(tenant: string, owner: string): Promise<number>
  /** Deletes expired records, at most `expireBatch` per call. Returns how many. */
  expire(): Promise<number>
}

export interface RecordQuery extends Pick<KeptRecord, 'tenant' | 'kind' | 'owner'> {
  /** Id of the record to continue after, which need not exist. */
  readonly after?: string
  /** At least 1. */
  readonly limit: number
}

export interface RecordScan {
  readonly kind: string
  /** The record to continue after, which need not exist. */
  readonly after?: RecordKey
  /** At least 1. */
  readonly limit: number
}

/** The most bytes of the JSON of one record's body. */
export const recordBytesMax = 1024 ** 2

/** The most bytes of bodies that one call returns, but for a single record. */
export const recordPageBytesMax = 4 * 1024 ** 2

/** The keys without which nothing can be stored, where a store is encrypted. */
export const keyRecordKind = 'encryption-key'

/** How often a store was copied to another: a full one is left as well. */
export const countedPassesKind = 'counted-passes'

const unbound: ReadonlySet<string> = new Set([keyRecordKind, countedPassesKind])

/** The bound of a store for records of a kind: summaries and the like must not keep out keys. */
export function recordBound(kind: string, bytesMax: number): number {
  return unbound.has(kind) ? Number.MAX_SAFE_INTEGER : bytesMax
}

/** The owner of what is kept of a subject. */
export function subjectOwner(subject: string): string {
  return `subject:${subject}`
}

/** The subject that is the owner; null for a conversation. */
export function ownerSubject(owner: string): string | null {
  return isConversationOwner(owner) ? null : owner.slice(subjectOwner('').length)
}

/** Whether the owner is a conversation, whose records live no longer than it. */
export function isConversationOwner(owner: string): boolean {
  // No id of a conversation has a colon.
  return !owner.startsWith('subject:')
}

/** Refuses a body that is too large, or would make the store's records exceed `bytesMax`. */
export function checkRecordBytes(sizes: {
  readonly bytes: number
  /** Of the record that is replaced. */
  readonly before: number
  /** Of all records. */
  readonly total: number
  readonly bytesMax: number
}): void {
  const { bytes, before, total, bytesMax } = sizes
  if (bytes > recordBytesMax) {
    throw new Error(`the record has ${bytes} bytes; the most is ${recordBytesMax}`)
  }
  if (bytes <= before || total - before + bytes <= bytesMax) return
  throw new Error(
    `the store has no room for further records: its bound is ${bytesMax} bytes; delete conversations, or let them expire sooner`,
  )
}

/** As many of the records as one call returns; one at least. */
export function recordPage(
  records: Iterable<{ readonly record: KeptRecord; readonly bytes: number }>,
  limit: number,
): readonly KeptRecord[] {
  const page: KeptRecord[] = []
  let total = 0
  for (const { record, bytes } of records) {
    total += bytes
    if (page.length > 0 && total > recordPageBytesMax) break
    page.push(record)
    if (page.length === limit) break
  }
  return page
}
