import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { silentLogger, systemClock } from '@fairlead/base'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newKey } from '../encryption/encryption-key.ts'
import { openEncrypted } from '../encryption/open-encrypted.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { PostgresBench } from '../stores/postgres/test-support/postgres-bench.ts'
import { RedisBench } from '../stores/redis/test-support/redis-bench.ts'
import { createSqliteStore } from '../stores/sqlite/sqlite-store.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import { createConversations } from './conversations-service.ts'
import { say, turnRequest } from './test-support/conversation-bench.ts'
import { describeNotesContract } from './test-support/notes-contract.ts'
import { ScriptedModels } from './test-support/scripted-models.ts'

let folder: string
let redis: RedisBench
let postgres: PostgresBench
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-notes-'))
  ;[redis, postgres] = await Promise.all([RedisBench.start(), PostgresBench.start()])
}, 60_000)
afterAll(async () => {
  await Promise.all([redis[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

const memory = {
  recall: 'All',
  maxTokens: 1000,
  extract: { model: 'small', maxNotes: 100, maxNoteTokens: 60, ttlMs: undefined },
} as const
let files = 0
const newPath = () => join(folder, `${files++}.db`)
const key = newKey().toString('base64')
const encrypted = async (store: ContextStore, clock: { now(): number }) => {
  const timers = { now: () => clock.now(), setTimer: () => ({ cancel() {} }) }
  const tools = { clock: timers, logger: silentLogger }
  return (await openEncrypted(store, { current: key, previous: undefined }, tools)).store
}

describeNotesContract({
  name: 'memory',
  open: (clock) => createMemoryStore({ clock, ttlMs: undefined }),
})
describeNotesContract({
  name: 'SQLite',
  open: (clock) => createSqliteStore({ clock, path: newPath(), ttlMs: undefined }),
})
describeNotesContract({
  name: 'encrypted SQLite',
  open: (clock) =>
    encrypted(createSqliteStore({ clock, path: newPath(), ttlMs: undefined }), clock),
})
describeNotesContract({
  name: 'Redis',
  open: (clock) => redis.open({ clock, ttlMs: undefined }),
})
describeNotesContract({
  name: 'encrypted Redis',
  open: async (clock) => encrypted(await redis.open({ clock, ttlMs: undefined }), clock),
})
describeNotesContract({
  name: 'PostgreSQL',
  open: (clock) => postgres.open({ clock: { now: () => clock.now() } }),
})
describeNotesContract({
  name: 'encrypted PostgreSQL',
  open: async (clock) =>
    encrypted(await postgres.open({ clock: { now: () => clock.now() } }), clock),
})

describe('of an erased subject', () => {
  const secret = 'the-word-of-ada'
  const clock = { now: () => 1_000_000, setTimer: () => ({ cancel() {} }) }

  /** Notes that are made, changed and deleted, by callers and by a model, and a subject that is erased. */
  async function eraseNotesOf(store: ContextStore): Promise<void> {
    const models = new ScriptedModels(() => `{"add": [{"text": "made of ${secret}"}]}`)
    const conversations = createConversations({ store, clock: systemClock, random: () => 0.5 })
    const owner = { tenant: 'team/app', subject: `user:${secret}` }
    const kept = await conversations.notes.add(owner, { text: `first ${secret}` })
    await conversations.notes.change({ ...owner, id: kept.id }, { text: `then ${secret}` })
    const gone = await conversations.notes.add(owner, { text: `gone ${secret}` })
    await conversations.notes.remove({ ...owner, id: gone.id })
    const made = Promise.withResolvers<unknown>()
    const request = {
      subject: owner.subject,
      models,
      onNotesMade: made.resolve,
      strategy: { ...turnRequest([]).strategy, memory },
    }
    await say(conversations, [user(secret)], [assistant(secret)], request)
    expect(await made.promise).toMatchObject({ outcome: 'noted' })
    expect(await conversations.eraseSubject(owner.tenant, owner.subject)).toMatchObject({
      conversations: 1,
      notes: 2,
      complete: true,
    })
    await conversations.notes.add({ ...owner, subject: 'user:bert' }, { text: 'of somebody else' })
  }

  const filesWith = (path: string) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .filter((file) => readFileSync(join(file.parentPath, file.name)).includes(secret))
      .map(({ name }) => name)

  it('no note is left in the files of SQLite', async () => {
    const path = join(mkdtempSync(join(folder, 'erased-')), 'chats.db')
    const store = createSqliteStore({ path, clock, ttlMs: undefined })
    await eraseNotesOf(store)
    expect(filesWith(dirname(path))).toEqual([])
    expect(JSON.stringify(await store.records.scan({ kind: 'notes', limit: 9 }))).toContain('else')
    await store.close()
    expect(filesWith(dirname(path))).toEqual([])
  })

  it('no note is left in the keys and files of Redis', async () => {
    const store = await redis.open({ clock, ttlMs: undefined })
    await eraseNotesOf(store)
    const keysWith = async () => {
      const found: string[] = []
      for (const name of await redis.admin.keys('*')) {
        const value = await redis.admin.dumpBuffer(name)
        if (name.includes(secret) || value.includes(secret)) found.push(name)
      }
      return found
    }
    const [, data = ''] = await redis.admin.config('GET', 'dir')
    await vi.waitFor(async () => expect(await keysWith()).toEqual([]), 5000)
    await vi.waitFor(() => expect(filesWith(data)).toEqual([]), 15_000)
    await store.close()
  })

  it('no note is left in the tables of PostgreSQL', async () => {
    const schema = postgres.newSchema()
    const store = await postgres.open({ schema, clock })
    await eraseNotesOf(store)
    const tables = await postgres.ask('SELECT tablename FROM pg_tables WHERE schemaname = $1', [
      schema,
    ])
    expect(tables.length).toBeGreaterThan(5)
    for (const { tablename } of tables) {
      const found = await postgres.ask(
        `SELECT count(*) AS rows FROM "${schema}"."${String(tablename)}" AS t WHERE t::text LIKE $1`,
        [`%${secret}%`],
      )
      expect([tablename, Number(found[0]?.['rows'])]).toEqual([tablename, 0])
    }
    await store.close()
  })

  it('no note, and no name, was ever readable in an encrypted store', async () => {
    const path = join(mkdtempSync(join(folder, 'sealed-')), 'chats.db')
    const store = await encrypted(createSqliteStore({ path, clock, ttlMs: undefined }), clock)
    const api = createConversations({ store, clock: systemClock, random: () => 0.5 }).notes
    const owner = { tenant: 'team/app', subject: `user:${secret}` }
    await api.add(owner, { text: `first ${secret}` })
    expect((await api.list(owner, {})).items).toMatchObject([{ text: `first ${secret}` }])
    expect(filesWith(dirname(path))).toEqual([])
    await store.close()
    expect(filesWith(dirname(path))).toEqual([])
  })
})
