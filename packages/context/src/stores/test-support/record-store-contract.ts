import { describe, expect, it } from 'vitest'
import type { Clock } from '@fairlead/base'
import type { ContextStore } from '../context-store.ts'
import {
  keyRecordKind,
  recordBytesMax,
  recordPageBytesMax,
  type KeptRecord,
  type NewRecord,
  type RecordKey,
  type RecordStore,
} from '../record-store.ts'
import { conversationAt } from './turns.ts'

interface StoreUnderTest {
  readonly name: string
  /** Whether bytes count that are encrypted, of which there are more. */
  readonly isEncrypted?: boolean
  /** An empty store. The suite closes it. */
  open(options: {
    readonly clock: Pick<Clock, 'now'>
    readonly ttlMs: number | undefined
  }): ContextStore | Promise<ContextStore>
}

function note(id: string, change: Partial<NewRecord> = {}): NewRecord {
  const body = { said: `note ${id}` }
  return { kind: 'note', tenant: 'a', owner: 'c1', id, body, expiresAtMs: null, ...change }
}

const ids = (records: readonly KeptRecord[]) => records.map(({ id }) => id)

/** All pages of a list, each continued after the last record of the one before. */
async function wholeList(store: RecordStore, owner: string): Promise<readonly KeptRecord[]> {
  const all: KeptRecord[] = []
  for (;;) {
    const after = all.at(-1)?.id
    const query = { tenant: 'a', kind: 'note', owner, limit: 100 }
    const page = await store.list({ ...query, ...(after === undefined ? {} : { after }) })
    if (page.length === 0) return all
    all.push(...page)
  }
}

async function wholeScan(store: RecordStore, kind: string, limit: number): Promise<KeptRecord[]> {
  const all: KeptRecord[] = []
  for (;;) {
    const after: RecordKey | undefined = all.at(-1)
    const page = await store.scan({ kind, limit, ...(after === undefined ? {} : { after }) })
    if (page.length === 0) return all
    expect(page.length).toBeLessThanOrEqual(limit)
    all.push(...page)
  }
}

async function add(
  store: ContextStore,
  id: string,
  about: { tenant?: string; of?: string } = {},
): Promise<void> {
  const { ccp, ...rest } = conversationAt(1, about.tenant, id)
  const conversation = { ...rest, ccp: { ...ccp, subject: about.of ?? null } }
  const outcome = await store.append({ expectedRevision: null, conversation, turns: [] })
  expect(outcome).toBe('stored')
}

/** What every store does with records: `describeStoreContract` runs this suite. */
export function describeRecordStoreContract(subject: StoreUnderTest): void {
  const run = async (
    body: (store: ContextStore, time: { nowMs: number }) => Promise<void>,
    ttlMs?: number,
  ) => {
    const time = { nowMs: 1_000_000 }
    const clock = { now: () => time.nowMs }
    const store = await subject.open({ clock, ttlMs })
    try {
      await body(store, time)
    } finally {
      await store.close()
    }
  }
  describe(`records in a ${subject.name} store`, () => {
    it('are given back as they were put, with their version', () =>
      run(async (store) => {
        await add(store, 'c1')
        const body = { text: 'grüße \u0000 "', numbers: [1, 2.5, -0.1], nested: { none: null } }
        const record = note('n1', { body, expiresAtMs: 2_000_000 })
        expect(await store.records.put(record, null)).toBe(true)
        expect(await store.records.load(record)).toEqual({ ...record, version: 1 })
        const changed = { ...record, body: { text: 'new' }, expiresAtMs: null }
        expect(await store.records.put(changed, 1)).toBe(true)
        expect(await store.records.load(record)).toEqual({ ...changed, version: 2 })
        expect(await store.records.load(note('n2'))).toBeUndefined()
      }))

    it('are stored only from the version that was seen', () =>
      run(async (store) => {
        await add(store, 'c1')
        expect(await store.records.put(note('n1'), 1)).toBe(false)
        expect(await store.records.put(note('n1'), null)).toBe(true)
        for (const version of [null, 0, 2]) {
          const other = note('n1', { body: { said: 'lost' } })
          expect(await store.records.put(other, version)).toBe(false)
        }
        expect(await store.records.load(note('n1'))).toEqual({ ...note('n1'), version: 1 })
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, (_, number) =>
            store.records.put(note('n1', { body: { number } }), 1),
          ),
        )
        expect(outcomes.filter(Boolean)).toHaveLength(1)
        expect(await store.records.load(note('n1'))).toMatchObject({ version: 2 })
      }))

    it('are kept apart by tenant, kind and owner', () =>
      run(async (store) => {
        for (const id of ['c1', 'c2']) await add(store, id)
        await add(store, 'c1', { tenant: 'b' })
        const places = [
          {},
          { tenant: 'b' },
          { kind: 'summary' },
          { owner: 'c2' },
          { owner: 'subject:ada' },
        ]
        for (const [number, place] of places.entries()) {
          expect(await store.records.put(note('n1', { ...place, body: { number } }), null)).toBe(
            true,
          )
        }
        for (const [number, place] of places.entries()) {
          expect(await store.records.load(note('n1', place))).toMatchObject({ body: { number } })
        }
        expect(await store.records.remove(note('n1', { tenant: 'b' }))).toBe(true)
        expect(await store.records.remove(note('n1', { tenant: 'b' }))).toBe(false)
        expect(ids(await wholeList(store.records, 'c1'))).toEqual(['n1'])
        expect(await store.records.removeOwner('a', 'c1')).toBe(2)
        expect(await store.records.load(note('n1', { kind: 'summary' }))).toBeUndefined()
        expect(ids(await wholeList(store.records, 'c2'))).toEqual(['n1'])
        expect(ids(await wholeList(store.records, 'subject:ada'))).toEqual(['n1'])
      }))

    it('are listed in the order of their ids, in pages', () =>
      run(async (store) => {
        await add(store, 'c1')
        const all = ['A', 'a', 'b1', 'b10', 'b2', 'z~']
        for (const id of all.toReversed()) await store.records.put(note(id), null)
        await store.records.put(note('b3', { kind: 'summary' }), null)
        const query = { tenant: 'a', kind: 'note', owner: 'c1' }
        expect(ids(await store.records.list({ ...query, limit: 10 }))).toEqual(all)
        const page = await store.records.list({ ...query, limit: 2, after: 'b1' })
        expect(ids(page)).toEqual(['b10', 'b2'])
        const later = await store.records.list({ ...query, limit: 2, after: 'b11' })
        expect(ids(later)).toEqual(['b2', 'z~'])
        expect(await store.records.list({ ...query, limit: 2, after: 'z~' })).toEqual([])
        expect(await store.records.list({ ...query, owner: 'c9', limit: 2 })).toEqual([])
      }))

    it.skipIf(subject.isEncrypted)('are returned in pages of bounded size', () =>
      run(async (store) => {
        await add(store, 'c1')
        const body = { text: 'x'.repeat(recordBytesMax - 100) }
        const count = recordPageBytesMax / recordBytesMax + 2
        for (let number = 0; number < count; number++) {
          await store.records.put(note(`n${number}`, { body }), null)
        }
        const query = { tenant: 'a', kind: 'note', owner: 'c1', limit: 100 }
        const first = await store.records.list(query)
        expect(first.length).toBeGreaterThan(0)
        expect(Buffer.byteLength(JSON.stringify(first))).toBeLessThan(recordPageBytesMax + 10_000)
        expect(await wholeList(store.records, 'c1')).toHaveLength(count)
        expect(await store.records.scan({ kind: 'note', limit: 100 })).toHaveLength(first.length)
        expect(await wholeScan(store.records, 'note', 100)).toHaveLength(count)
      }),
    )

    it('of a kind are all found, whoever they belong to', () =>
      run(async (store) => {
        const expected: string[] = []
        for (const tenant of ['a', 'b']) {
          for (const id of ['c1', 'c2']) {
            await add(store, id, { tenant })
            for (const owner of [id, `subject:${id}`]) {
              await store.records.put(note('n1', { tenant, owner, kind: 'key' }), null)
              await store.records.put(note('n2', { tenant, owner, kind: 'key' }), null)
              await store.records.put(note('n3', { tenant, owner }), null)
              expected.push(`${tenant} ${owner} n1`, `${tenant} ${owner} n2`)
            }
          }
        }
        for (const limit of [1, 3, 100]) {
          const found = await wholeScan(store.records, 'key', limit)
          const names = found.map(({ tenant, owner, id }) => `${tenant} ${owner} ${id}`)
          expect(names.toSorted()).toEqual(expected.toSorted())
        }
      }))

    it('of a conversation that is gone are neither kept nor stored', () =>
      run(async (store) => {
        expect(await store.records.put(note('n1'), null)).toBe(false)
        await add(store, 'c1')
        await add(store, 'c1', { tenant: 'b' })
        await store.records.put(note('n1'), null)
        await store.records.put(note('n1', { tenant: 'b' }), null)
        await store.remove('a', 'c1')
        expect(await store.records.load(note('n1'))).toBeUndefined()
        expect(await wholeList(store.records, 'c1')).toEqual([])
        expect(await store.records.put(note('n1'), null)).toBe(false)
        expect(await store.records.put(note('n1'), 1)).toBe(false)
        expect(await store.records.load(note('n1', { tenant: 'b' }))).toBeDefined()
        await add(store, 'c1')
        expect(await store.records.load(note('n1'))).toBeUndefined()
        expect(await store.records.put(note('n1'), null)).toBe(true)
      }))

    it('are deleted with conversations that expire', () =>
      run(async (store, time) => {
        await add(store, 'c1')
        await store.records.put(note('n1'), null)
        await store.records.put(note('n1', { owner: 'subject:ada' }), null)
        time.nowMs += 1000
        expect(await store.records.put(note('n2'), null)).toBe(false)
        await store.expire()
        expect(await store.records.load(note('n1'))).toBeUndefined()
        expect(ids(await wholeScan(store.records, 'note', 10))).toEqual(['n1'])
      }, 1000))

    it('of a subject are deleted with the last of its conversations', () =>
      run(async (store) => {
        await add(store, 'c1', { of: 'ada' })
        await add(store, 'c2', { of: 'bob' })
        const owners = ['c1', 'c2', 'subject:ada', 'subject:bob']
        for (const owner of owners) await store.records.put(note('n1', { owner }), null)
        await store.records.put(note('n1', { owner: 'subject:ada', tenant: 'b' }), null)
        expect(await store.removeSubject('a', 'ada')).toMatchObject({ conversations: 1 })
        const left = await wholeScan(store.records, 'note', 10)
        const names = left.map(({ tenant, owner }) => `${tenant} ${owner}`)
        expect(names.toSorted()).toEqual(['a c2', 'a subject:bob', 'b subject:ada'])
        await store.records.put(note('n1', { owner: 'subject:ada' }), null)
        await store.removeSubject('a', 'ada')
        expect(await store.records.load(note('n1', { owner: 'subject:ada' }))).toBeUndefined()
      }))

    it('are not found once they expired, and then deleted', () =>
      run(async (store, time) => {
        await add(store, 'c1')
        const soon = note('n1', { expiresAtMs: time.nowMs + 1000 })
        const late = note('n2', { expiresAtMs: time.nowMs + 5000 })
        for (const record of [soon, late, note('n3')]) await store.records.put(record, null)
        time.nowMs += 999
        expect(await store.records.load(soon)).toBeDefined()
        time.nowMs += 1
        expect(await store.records.load(soon)).toBeUndefined()
        expect(ids(await wholeList(store.records, 'c1'))).toEqual(['n2', 'n3'])
        expect(ids(await wholeScan(store.records, 'note', 10))).toEqual(['n2', 'n3'])
        await store.records.expire()
        expect(await store.records.expire()).toBe(0)
        time.nowMs += 10_000
        expect(await store.records.put(note('n2', { body: { again: true } }), null)).toBe(true)
        expect(await store.records.load(note('n2'))).toMatchObject({ version: 1 })
      }))

    it('that are too large are refused', () =>
      run(async (store) => {
        await add(store, 'c1')
        const large = note('n1', { body: { text: 'x'.repeat(recordBytesMax) } })
        await expect(store.records.put(large, null)).rejects.toThrow(/bytes; the most is 1048576/)
        expect(await store.records.load(large)).toBeUndefined()
      }))
  })
}

/** What a store does whose bound of records can be chosen. */
export function describeRecordBoundContract(subject: {
  readonly name: string
  open(options: {
    readonly clock: Pick<Clock, 'now'>
    readonly ttlMs: number | undefined
    readonly recordBytesMax: number
  }): ContextStore | Promise<ContextStore>
}): void {
  it(`records in a ${subject.name} store that would exceed its bound are refused, until there is room`, async () => {
    const clock = { now: () => 1_000_000 }
    const store = await subject.open({ clock, ttlMs: undefined, recordBytesMax: 10_000 })
    await add(store, 'c1')
    await add(store, 'c2')
    const text = 'x'.repeat(3000)
    await store.records.put(note('n1', { body: { text } }), null)
    await store.records.put(note('n1', { owner: 'c2', body: { text } }), null)
    const third = note('n2', { body: { text: `${text}${text}` } })
    await expect(store.records.put(third, null)).rejects.toThrow('no room for further records')
    // Without its key, nothing could be stored at all.
    const key = note('k1', { kind: keyRecordKind, owner: 'subject:key/x', body: third.body })
    expect(await store.records.put(key, null)).toBe(true)
    expect(await store.records.remove(key)).toBe(true)
    expect(await store.records.put(note('n1', { body: { text: 'short' } }), 1)).toBe(true)
    await store.remove('a', 'c2')
    expect(await store.records.put(third, null)).toBe(true)
    await store.close()
  })
}
