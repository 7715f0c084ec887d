import {
  checkRecordBytes,
  ownerSubject,
  recordBound,
  recordPage,
  recordPageBytesMax,
  type KeptRecord,
  type NewRecord,
  type RecordKey,
  type RecordQuery,
  type RecordScan,
  type RecordStore,
} from '../record-store.ts'
import { expireBatch } from '../turn-store.ts'
import {
  listRecordsScript,
  loadRecordScript,
  putOwnedScript,
  putRecordScript,
  removeOwnerScript,
  removeRecordScript,
} from './record-scripts.ts'
import { entryParts } from './redis-indexes.ts'
import { indexShards, shardOf } from './redis-keys.ts'
import { RedisKept } from './redis-kept.ts'
import { type RedisParts, timeArguments } from './redis-parts.ts'
import { listOf, textOf, textsOf } from './redis-reply.ts'
import { type RepairedIndex, sortedIndex } from './redis-repair.ts'
import type { RedisSession } from './redis-session.ts'
import { marked } from './stored-conversation.ts'
import { parseStored } from '../parse-stored.ts'

type OwnerKey = Pick<KeptRecord, 'tenant' | 'owner'>

/** How many entries of an index are looked at together. */
const pieceEntries = 100

/**
 * The records of a store in Redis: those of an owner in its slot, which names them. Entries for work on
 * all of a kind, and on those that expire, stand elsewhere; they are made first and dropped last, and
 * the record decides whether one counts.
 */
export class RedisRecords implements RecordStore {
  readonly #parts: RedisParts
  readonly #bytesMax: number
  /** Counts owners. */
  readonly #kept: RedisKept

  constructor(parts: RedisParts, bytesMax: number) {
    this.#parts = parts
    this.#bytesMax = bytesMax
    const countMax = Number.MAX_SAFE_INTEGER
    this.#kept = new RedisKept({ keys: parts.keys, group: 'records', countMax, bytesMax: countMax })
  }

  load(key: RecordKey): Promise<KeptRecord | undefined> {
    return this.#parts.link.within((session) => this.#load(session, key))
  }

  async put(
    record: NewRecord,
    expectedVersion: number | null,
    erasures?: number,
  ): Promise<boolean> {
    const body = JSON.stringify(record.body)
    const bytes = Buffer.byteLength(body)
    const bytesMax = recordBound(record.kind, this.#bytesMax)
    checkRecordBytes({ bytes, before: 0, total: 0, bytesMax: Number.MAX_SAFE_INTEGER })
    const parts = this.#parts
    return parts.link.within(async (session) => {
      const total = await this.#kept.bytes(session)
      const values = [
        ...timeArguments(parts),
        record.kind,
        record.id,
        expectedVersion ?? '',
        record.expiresAtMs ?? '',
        body,
        bytesMax - total,
      ]
      const [entry, expiry] = [this.#scanEntry(record), this.#expiryEntry(record)]
      const subject = ownerSubject(record.owner)
      const [, , , reply] = await Promise.all([
        session.call('SADD', this.#kinds, record.kind),
        session.call('ZADD', entry.key, 0, entry.name),
        record.expiresAtMs === null
          ? undefined
          : session.call('ZADD', expiry.key, record.expiresAtMs, expiry.name),
        subject === null
          ? session.run(
              putOwnedScript,
              parts.keys.conversation(record.tenant, record.owner),
              values,
            )
          : session.run(
              putRecordScript,
              [
                ...parts.keys.records(record.tenant, record.owner),
                parts.keys.erasures(record.tenant, subject),
              ],
              [...values, erasures ?? ''],
            ),
      ])
      const [outcome, detail] = listOf(reply)
      if (outcome === 'full') {
        checkRecordBytes({ bytes, before: Number(detail), total, bytesMax })
      }
      if (outcome !== 'stored') return false
      await this.#kept.count(session, ownerNames(record), Number(detail), undefined)
      return true
    })
  }

  list({ tenant, owner, kind, after, limit }: RecordQuery): Promise<readonly KeptRecord[]> {
    const { link, keys, clock } = this.#parts
    return link.within(async (session) => {
      const asked = [clock.now(), kind, marked(after), limit, recordPageBytesMax]
      const reply = textsOf(
        await session.run(listRecordsScript, keys.records(tenant, owner), asked),
      )
      return Array.from({ length: reply.length / 4 }, (_, index) => {
        const [id = '', ...values] = reply.slice(4 * index, 4 * index + 4)
        return readRecord({ tenant, owner, kind, id }, values)
      })
    })
  }

  scan({ kind, after, limit }: RecordScan): Promise<readonly KeptRecord[]> {
    return this.#parts.link.within(async (session) => {
      const found: { readonly record: KeptRecord; readonly bytes: number }[] = []
      let bytes = 0
      for await (const key of this.#scanned(session, kind, after)) {
        const record = await this.#load(session, key)
        if (record === undefined) continue
        const size = Buffer.byteLength(JSON.stringify(record.body))
        found.push({ record, bytes: size })
        bytes += size
        if (found.length === limit || bytes > recordPageBytesMax) break
      }
      return recordPage(found, limit)
    })
  }

  remove(key: RecordKey): Promise<boolean> {
    return this.#parts.link.within(
      async (session) => (await this.#remove(session, key, 'asked')).counts,
    )
  }

  removeOwner(tenant: string, owner: string): Promise<number> {
    const { link, keys } = this.#parts
    return link.within(async (session) => {
      const names = textsOf(await session.run(removeOwnerScript, keys.records(tenant, owner), []))
      await this.forget(session, tenant, owner, names)
      return names.length
    })
  }

  async expire(): Promise<number> {
    const { link, keys, clock } = this.#parts
    const session = await link.session()
    let expired = 0
    for (let shard = 0; shard < indexShards; shard++) {
      const index = keys.indexShard('expiring', shard)
      const limits = ['LIMIT', 0, expireBatch - expired] as const
      const due = await session.call('ZRANGEBYSCORE', index, '-inf', clock.now(), ...limits)
      for (const name of textsOf(due)) {
        const [tenant = '', owner = '', id = '', kind = ''] = entryParts(name)
        const { counts, laterMs } = await this.#remove(
          session,
          { tenant, owner, id, kind },
          'expired',
        )
        if (counts) expired += 1
        else if (laterMs === undefined) await session.call('ZREM', index, name)
        else await session.call('ZADD', index, 'XX', laterMs, name)
      }
    }
    return expired
  }

  /** Entries and counts of records that are gone. */
  async repaired(session: RedisSession): Promise<readonly RepairedIndex[]> {
    const { keys } = this.#parts
    const kinds = textsOf(await session.call('SMEMBERS', this.#kinds))
    const ofKinds = kinds.flatMap((kind) =>
      Array.from({ length: indexShards }, (_, shard) =>
        sortedIndex(keys.indexShard(`kind ${kind}`, shard), async (one, name) => {
          const [tenant = '', owner = '', id = ''] = entryParts(name)
          const [hash = ''] = keys.records(tenant, owner)
          return (await one.call('HEXISTS', hash, `m${kind}\0${id}`)) === 1
        }),
      ),
    )
    return [...ofKinds, this.#countedOwners()]
  }

  #countedOwners(): RepairedIndex {
    const bytesOf = async (session: RedisSession, names: string) => {
      const [tenant = '', owner = ''] = entryParts(names)
      const [hash = ''] = this.#parts.keys.records(tenant, owner)
      return Number(await session.call('HGET', hash, '#'))
    }
    return {
      key: this.#kept.madeKey,
      type: 'sorted set',
      counts: async (session, names) => (await bytesOf(session, names)) > 0,
      drop: (session, names) => this.#kept.uncount(session, [entryParts(names)]),
      restore: async (session, names) =>
        this.#kept.count(session, entryParts(names), await bytesOf(session, names), undefined),
    }
  }

  /** What points to records of an owner that are gone, by their kinds and ids. */
  async forget(
    session: RedisSession,
    tenant: string,
    owner: string,
    names: readonly string[],
  ): Promise<void> {
    await this.#kept.uncount(session, [ownerNames({ tenant, owner })])
    const calls = names.map((name) => {
      const at = name.indexOf('\0')
      const key = { tenant, owner, kind: name.slice(0, at), id: name.slice(at + 1) }
      return this.#dropEntries(session, key)
    })
    await Promise.all(calls)
  }

  async #load(session: RedisSession, key: RecordKey): Promise<KeptRecord | undefined> {
    const { keys, clock } = this.#parts
    const at = keys.records(key.tenant, key.owner)
    const reply = await session.run(loadRecordScript, at, [clock.now(), key.kind, key.id])
    const values = textsOf(reply)
    return values.length === 0 ? undefined : readRecord(key, values)
  }

  async #remove(session: RedisSession, key: RecordKey, why: 'asked' | 'expired') {
    const { keys, clock } = this.#parts
    const at = keys.records(key.tenant, key.owner)
    const asked = [clock.now(), key.kind, key.id, why]
    const [counts, bytes, expires] = listOf(await session.run(removeRecordScript, at, asked))
    if (Number(bytes) >= 0) {
      if (Number(bytes) === 0) await this.#kept.uncount(session, [ownerNames(key)])
      else await this.#kept.count(session, ownerNames(key), Number(bytes), undefined)
      await this.#dropEntries(session, key)
    }
    const laterMs = textOf(expires) === '' ? undefined : Number(expires)
    return { counts: counts === 1, laterMs }
  }

  async #dropEntries(session: RedisSession, key: RecordKey): Promise<void> {
    const [entry, expiry] = [this.#scanEntry(key), this.#expiryEntry(key)]
    await Promise.all([
      session.call('ZREM', entry.key, entry.name),
      session.call('ZREM', expiry.key, expiry.name),
    ])
  }

  /** Keys of records of a kind after one, shard by shard. */
  async *#scanned(
    session: RedisSession,
    kind: string,
    after: RecordKey | undefined,
  ): AsyncGenerator<RecordKey> {
    const { keys } = this.#parts
    const first = after === undefined ? 0 : shardOf([after.tenant, after.owner])
    for (let shard = first; shard < indexShards; shard++) {
      const index = keys.indexShard(`kind ${kind}`, shard)
      const start = after === undefined || shard !== first ? '-' : `(${this.#scanEntry(after).name}`
      for (let from = start; ;) {
        const limits = ['LIMIT', 0, pieceEntries] as const
        const names = textsOf(await session.call('ZRANGEBYLEX', index, from, '+', ...limits))
        for (const name of names) {
          const [tenant = '', owner = '', id = ''] = entryParts(name)
          yield { kind, tenant, owner, id }
        }
        if (names.length < pieceEntries) break
        from = `(${names.at(-1)}`
      }
    }
  }

  get #kinds(): string {
    return this.#parts.keys.one('records', 'kinds')
  }

  #scanEntry({ kind, tenant, owner, id }: RecordKey) {
    const key = this.#parts.keys.index(`kind ${kind}`, [tenant, owner])
    return { key, name: JSON.stringify([tenant, owner, id]) }
  }

  #expiryEntry({ kind, tenant, owner, id }: RecordKey) {
    const key = this.#parts.keys.index('expiring', [tenant, owner])
    return { key, name: JSON.stringify([tenant, owner, id, kind]) }
  }
}

function ownerNames({ tenant, owner }: OwnerKey): readonly string[] {
  return [tenant, owner]
}

function readRecord(
  key: RecordKey,
  [version, expires = '', body = '']: readonly string[],
): KeptRecord {
  const { kind, tenant, owner, id } = key
  return {
    kind,
    tenant,
    owner,
    id,
    version: Number(version),
    body: parseStored<KeptRecord['body']>(body),
    expiresAtMs: expires === '' ? null : Number(expires),
  }
}
