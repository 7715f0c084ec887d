import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore, type MemoryStoreOptions } from '../stores/memory/memory-store.ts'
import { createSqliteStore, type SqliteStoreOptions } from '../stores/sqlite/sqlite-store.ts'
import { describeAnswerStoreContract } from '../stores/test-support/answer-store-contract.ts'
import { describeFactorStoreContract } from '../stores/test-support/factor-store-contract.ts'
import { describeResponseStoreContract } from '../stores/test-support/response-store-contract.ts'
import { describeStoreContract } from '../stores/test-support/store-contract.ts'
import { ended, turnOf } from '../stores/test-support/turns.ts'
import { newConversation } from '../turns/new-conversation.ts'
import { newKey } from './encryption-key.ts'
import { openEncrypted, refuseEncrypted } from './open-encrypted.ts'

const key = newKey().toString('base64')
const clock = { now: () => 1_000_000, setTimer: () => ({ cancel() {} }) }
const tools = { clock, logger: silentLogger }
const encrypted = async (store: ContextStore, current = key, previous?: string) => {
  const opened = await openEncrypted(store, { current, previous }, tools)
  await opened.wrapped()
  return opened.store
}

let folder: string
let files = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-encrypted-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const newPath = () => join(folder, `${files++}`, 'chats.db')

const subjects = [
  {
    name: 'encrypted Memory',
    isEncrypted: true,
    open: (options: MemoryStoreOptions) => encrypted(createMemoryStore(options)),
  },
  {
    name: 'encrypted SQLite',
    isEncrypted: true,
    open: (options: Omit<SqliteStoreOptions, 'path'>) =>
      encrypted(createSqliteStore({ ...options, path: newPath() })),
  },
]
for (const subject of subjects) {
  describeStoreContract(subject)
  describeResponseStoreContract(subject)
  describeFactorStoreContract(subject)
  describeAnswerStoreContract(subject)
}

const secret = 'xylophone'
const note = { kind: 'note', tenant: 'a', id: 'n1', expiresAtMs: null }

/** A conversation whose every part that has words has the secret in it. */
async function tell(store: ContextStore, subject: string, id: string): Promise<void> {
  const empty = newConversation({
    id,
    tenant: 'a',
    store: 's',
    metadata: { topic: `${secret} topic`, [`${secret}-name`]: 'x' },
    nowMs: 0,
  })
  const conversation = {
    ...empty,
    ccp: {
      ...empty.ccp,
      subject,
      revision: 1,
      variables: { mood: secret },
      epoch: {
        ...empty.ccp.epoch,
        persona: { name: 'p', revision: 1, hash: 'h', rendered: `be ${secret}`, tools: [] },
      },
    },
  }
  const turn = ended(
    turnOf(id, 1, {
      input: [
        {
          type: 'message',
          role: 'user',
          id: 'msg_q',
          content: [{ type: 'input_text', text: `my ${secret} is 42` }],
        },
      ],
    }),
  )
  expect(await store.append({ expectedRevision: null, conversation, turns: [turn] })).toBe('stored')
  const record = { kind: 'summary', tenant: 'a', owner: id, id: 's', expiresAtMs: null }
  expect(await store.records.put({ ...record, body: { text: secret } }, null)).toBe(true)
}

/** All bytes that a store has on the disk. */
function bytesBelow(path: string): string {
  return readdirSync(path)
    .map((name) => readFileSync(join(path, name)).toString('latin1'))
    .join('\n')
}

describe('an encrypted store', () => {
  it('has nothing on the disk that a subject has said, nor the subject', async () => {
    const path = newPath()
    const store = await encrypted(createSqliteStore({ path, clock, ttlMs: undefined }))
    await tell(store, 'user:anna', 'c1')
    const listed = await store.list('a', {
      limit: 10,
      order: 'asc',
      subject: 'user:anna',
      metadata: { topic: `${secret} topic` },
    })
    expect(listed).toMatchObject({
      conversations: [{ metadata: { topic: `${secret} topic` }, ccp: { subject: 'user:anna' } }],
    })
    const before = bytesBelow(join(path, '..'))
    await store.close()
    for (const bytes of [before, bytesBelow(join(path, '..'))]) {
      expect(bytes).toContain('c1')
      expect(bytes).not.toContain(secret)
      expect(bytes).not.toContain('anna')
    }
  })

  it('loses what was said by an erased subject in copies too, once the key is replaced', async () => {
    const other = newKey().toString('base64')
    const before = createMemoryStore({ clock, ttlMs: undefined })
    const store = await encrypted(before)
    await tell(store, 'user:anna', 'c1')
    await tell(store, 'user:bert', 'c2')
    const copied = await before.records.scan({ kind: 'encryption-key', limit: 10 })
    const copy = await before.turn('a', 'c1', 'turn_1')
    expect(await store.removeSubject('a', 'user:anna')).toMatchObject({
      conversations: 1,
      more: false,
    })
    await encrypted(before, other, key)
    // Nobody else is concerned.
    const later = await encrypted(before, other)
    expect(JSON.stringify(await later.turn('a', 'c2', 'turn_1'))).toContain(`my ${secret} is 42`)

    const restored = createMemoryStore({ clock, ttlMs: undefined })
    for (const { version: _, ...record } of copied) await restored.records.put(record, null)
    expect(JSON.stringify(copy)).not.toContain(secret)
    await expect(encrypted(restored, other)).rejects.toThrow(
      'the Secret of spec.encryption does not have: put it back there',
    )
  })

  it('tells what is left of an erased subject, and fails nothing', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    const store = await encrypted(inner)
    await tell(store, 'user:anna', 'c1')
    const keys = await inner.records.scan({ kind: 'encryption-key', limit: 10 })
    const owner = keys.find(({ id, owner: name }) => id === 'data' && name !== 'subject:key/')
    await inner.records.removeOwner('a', owner?.owner ?? '')
    const anew = await encrypted(inner)
    expect(await anew.turn('a', 'c1', 'turn_1')).toMatchObject({
      input: [],
      output: [],
      unreadable: [
        { item: 'msg_q', problem: 'its key is gone: its subject has been erased' },
        { item: 'msg_a' },
      ],
    })
    expect(await anew.conversation('a', 'c1')).toMatchObject({
      metadata: {},
      ccp: { variables: {} },
    })
  })

  it('keeps the key of a subject for what a legal hold keeps', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    const store = await encrypted(inner)
    await tell(store, 'user:anna', 'c1')
    const held = await store.conversation('a', 'c1')
    if (held === undefined) throw new Error('it was just stored')
    const { ccp } = held
    const retention = { expires_at: null, legal_hold: true }
    const conversation = { ...held, ccp: { ...ccp, revision: 2, retention } }
    await store.append({ expectedRevision: 1, conversation, turns: [] })
    expect(await store.removeSubject('a', 'user:anna')).toMatchObject({ conversations: 0, held: 1 })
    const anew = await encrypted(inner)
    expect(JSON.stringify(await anew.turn('a', 'c1', 'turn_1'))).toContain(secret)
  })

  it('is not opened without its key, nor with what is none', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    await refuseEncrypted(inner)
    await tell(await encrypted(inner), 'user:anna', 'c1')
    await expect(refuseEncrypted(inner)).rejects.toThrow('has no spec.encryption')
    const wrong = 'hunter2'
    const error = await encrypted(inner, wrong).catch((reason: unknown) => reason)
    expect(String(error)).toContain('openssl rand -base64 32')
    expect(String(error)).not.toContain(wrong)
  })

  it('has its keys wrapped by another one while it is used', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    const { store, useKeys, wrapped } = await openEncrypted(
      inner,
      { current: key, previous: undefined },
      tools,
    )
    await tell(store, 'user:anna', 'c1')
    const other = newKey().toString('base64')
    useKeys({ current: other, previous: undefined })
    await wrapped()
    await tell(store, 'user:bert', 'c2')
    const anew = await encrypted(inner, other)
    for (const id of ['c1', 'c2']) {
      expect(JSON.stringify(await anew.turn('a', id, 'turn_1'))).toContain(secret)
    }
  })

  it('goes on with the keys that it knows where another replica has a newer wrapping key', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    let nowMs = 1_000_000
    const late = { clock: { ...clock, now: () => nowMs }, logger: silentLogger }
    const keys = { current: key, previous: undefined }
    const [one, two] = [
      await openEncrypted(inner, keys, late),
      await openEncrypted(inner, keys, late),
    ]
    await one.wrapped()
    await tell(one.store, 'user:anna', 'c1')
    const newer = newKey().toString('base64')
    two.useKeys({ current: newer, previous: key })
    await two.wrapped()
    // What it knows is looked up again, and is wrapped by a key that it was not told of.
    nowMs += 3_600_000
    expect(JSON.stringify(await one.store.turn('a', 'c1', 'turn_1'))).toContain(secret)
    const next = { ...note, owner: 'c1', body: { text: secret } }
    expect(await one.store.records.put(next, null)).toBe(true)
    expect(await two.store.records.load(next)).toMatchObject({ body: { text: secret } })
    // One that begins now knows nothing.
    await expect(openEncrypted(inner, keys, late)).rejects.toThrow('does not have')
  })

  it('opens what a subject has said who was erased and came again, whatever key is at hand', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    const [one, other] = [await encrypted(inner), await encrypted(inner)]
    await tell(one, 'user:anna', 'c1')
    expect(await other.conversation('a', 'c1')).toBeDefined()
    await one.removeSubject('a', 'user:anna')
    await tell(one, 'user:anna', 'c2')
    // Its key is another one now.
    expect(await other.conversation('a', 'c2')).toMatchObject({ ccp: { subject: 'user:anna' } })
    expect(JSON.stringify(await other.turn('a', 'c2', 'turn_1'))).toContain(secret)
  })

  it('does not take for nothing what it cannot decrypt', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    await tell(await encrypted(inner), 'user:anna', 'c1')
    const keys = await inner.records.scan({ kind: 'encryption-key', limit: 10 })
    const data = keys.find(({ id, owner }) => id === 'data' && owner !== 'subject:key/')
    await inner.records.removeOwner('a', data?.owner ?? '')
    // Another key under the same name.
    await tell(await encrypted(inner), 'user:anna', 'c2')
    const store = await encrypted(inner)
    await expect(store.conversation('a', 'c1')).rejects.toThrow('cannot be decrypted')
    await expect(store.turn('a', 'c1', 'turn_1')).rejects.toThrow('cannot be decrypted')
    expect(await store.conversation('a', 'c2')).toBeDefined()
  })

  it('writes and reads a stream without reading its response for each piece', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    let loads = 0
    const responses = new Proxy(inner.responses, {
      get(target, name) {
        if (name === 'load') loads += 1
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const counted = { ...inner, responses }
    const [writer, reader] = [await encrypted(counted), await encrypted(counted)]
    await tell(writer, 'user:anna', 'c1')
    const response = {
      id: 'r1',
      tenant: 'a',
      previous: null,
      conversation: 'c1',
      status: 'in_progress',
      background: true,
      body: {},
      input: [],
      output: [],
      error: null,
      answered_by: null,
      created_at: 1,
      completed_at: null,
    } as const
    await writer.responses.add(response)
    for (let number = 0; number < 50; number++) {
      const piece = { output: undefined, firstFrame: number, frames: [`${secret} ${number}`] }
      await writer.responses.flush([{ tenant: 'a', id: 'r1', ...piece }])
      const { frames } = (await reader.responses.frames('a', 'r1', number, 1e6)) ?? {}
      expect(frames).toEqual([`${secret} ${number}`])
    }
    expect(loads).toBeLessThanOrEqual(1)
  })

  describe('of a subject that is erased', () => {
    /** The store with something done before its first append. */
    const beforeAppend = (store: ContextStore, work: () => Promise<unknown>): ContextStore => {
      let isDone = false
      return {
        ...store,
        async append(change) {
          if (!isDone) {
            isDone = true
            await work()
          }
          return store.append(change)
        },
      }
    }
    const keysOf = async (store: ContextStore) => {
      const keys = await store.records.scan({ kind: 'encryption-key', limit: 10 })
      return keys.filter(({ id, owner }) => id === 'data' && owner !== 'subject:key/')
    }

    it('keeps no key', async () => {
      const inner = createMemoryStore({ clock, ttlMs: undefined })
      const store = await encrypted(inner)
      await tell(store, 'user:anna', 'c1')
      expect(await keysOf(inner)).toHaveLength(1)
      await store.removeSubject('a', 'user:anna')
      expect(await keysOf(inner)).toEqual([])
    })

    it('stores nothing with the erased key, though another replica knows it', async () => {
      const inner = createMemoryStore({ clock, ttlMs: undefined })
      const [one, other] = [await encrypted(inner), await encrypted(inner)]
      await tell(other, 'user:anna', 'c1')
      await one.removeSubject('a', 'user:anna')
      await tell(other, 'user:anna', 'c2')
      const anew = await encrypted(inner)
      expect(JSON.stringify(await anew.turn('a', 'c2', 'turn_1'))).toContain(secret)
    })

    it('stores nothing with a key that is erased while it is being stored', async () => {
      const inner = createMemoryStore({ clock, ttlMs: undefined })
      const one = await encrypted(inner)
      const erase = () => one.removeSubject('a', 'user:anna')
      const other = await encrypted(beforeAppend(inner, erase))
      await tell(other, 'user:anna', 'c1')
      const anew = await encrypted(inner)
      expect(JSON.stringify(await anew.turn('a', 'c1', 'turn_1'))).toContain(secret)
    })

    it('deletes what was stored with its key between the last conversation and the key', async () => {
      const inner = createMemoryStore({ clock, ttlMs: undefined })
      const other = await encrypted(inner)
      await tell(other, 'user:anna', 'c1')
      const removeOwner = async (tenant: string, owner: string) => {
        if (owner.startsWith('subject:key/')) await tell(other, 'user:anna', 'c2')
        return inner.records.removeOwner(tenant, owner)
      }
      const records = {
        load: inner.records.load.bind(inner.records),
        put: inner.records.put.bind(inner.records),
        list: inner.records.list.bind(inner.records),
        scan: inner.records.scan.bind(inner.records),
        remove: inner.records.remove.bind(inner.records),
        expire: inner.records.expire.bind(inner.records),
        removeOwner,
      }
      const one = await encrypted({ ...inner, records })
      const removed = await one.removeSubject('a', 'user:anna')
      expect(removed).toMatchObject({ conversations: 2, more: false })
      expect(await inner.conversation('a', 'c2')).toBeUndefined()
    })
  })

  it('reads what was stored before it was encrypted', async () => {
    const inner = createMemoryStore({ clock, ttlMs: undefined })
    await tell(inner, 'user:anna', 'c1')
    const store = await encrypted(inner)
    expect(JSON.stringify(await store.turn('a', 'c1', 'turn_1'))).toContain(secret)
    expect(await store.conversation('a', 'c1')).toMatchObject({
      ccp: { variables: { mood: secret } },
    })
  })
})
