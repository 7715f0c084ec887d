import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalJson, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { newKey } from '../encryption/encryption-key.ts'
import { openEncrypted } from '../encryption/open-encrypted.ts'
import { forgottenPlan } from '../plan/forgotten-plan.ts'
import { openConversations, say, turnRequest } from '../service/test-support/conversation-bench.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { PostgresBench } from '../stores/postgres/test-support/postgres-bench.ts'
import { RedisBench } from '../stores/redis/test-support/redis-bench.ts'
import { createSqliteStore } from '../stores/sqlite/sqlite-store.ts'
import { conversationAt, ended, turnOf } from '../stores/test-support/turns.ts'
import { summaryKind } from '../summaries/summary-record.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import { seededRandom } from '../turns/test-support/seeded-random.ts'
import { withTurns } from '../turns/with-turns.ts'
import { exportStore } from './export-store.ts'
import { importStore } from './import-store.ts'
import { migrateStore, type StoreMigration } from './migrate-store.ts'

const startMs = Date.UTC(2026, 0, 1, 12)
const clock = new FakeClock(startMs)

let folder: string
let redis: RedisBench
let postgres: PostgresBench
let files = 0
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-moving-'))
  redis = await RedisBench.start()
  postgres = await PostgresBench.start()
}, 60_000)
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const options = { clock: { now: () => clock.now() }, ttlMs: undefined }
/** Ids of all stores: the clock stands still. */
const random = seededRandom(7)
const memory = () => createMemoryStore(options)
const stores: Readonly<Record<string, () => Promise<ContextStore>>> = {
  Memory: async () => memory(),
  SQLite: async () => createSqliteStore({ ...options, path: join(folder, `${++files}.db`) }),
  Redis: () => redis.open(options),
  Postgres: () => postgres.open(options),
  encrypted: async () => {
    const keys = { current: newKey().toString('base64'), previous: undefined }
    const tools = { clock, logger: silentLogger }
    return (await openEncrypted(memory(), keys, tools)).store
  },
}

/** Conversations of two tenants: with a tree, pins, a hold, records, responses and a number of turns. */
async function stocked(store: ContextStore): Promise<ContextStore> {
  const { conversations } = openConversations({ store, clock, random })
  for (const text of ['one', 'two', 'three']) {
    await say(conversations, [user(text)], [assistant(`${text}!`)])
  }
  await say(conversations, [user('hello')], [assistant('hi')], { tenant: 'team/other' })
  await conversations.create({
    tenant: 'team/app',
    id: 'empty',
    subject: 'user:anna',
    variables: { name: 'Ada' },
    metadata: { topic: 'sea' },
    retention: { expires_at: Math.floor(startMs / 1000) + 9000, legal_hold: true },
  })
  const turns = Array.from({ length: 230 }, (_, index) => {
    const seq = index + 1
    const own = { id: `msg_a${seq}` }
    const turn = ended(turnOf('long', seq, { plan: null, pinned: seq === 7 }))
    return { ...turn, output: turn.output.map((item) => ({ ...item, ...own })) }
  })
  const fork = { id: 'turn_fork', parent: 'turn_3', branch: 'other', plan: 'plan_fork' }
  const other = ended(turnOf('long', 231, { ...fork, response: 'resp_1' }))
  const { ccp, ...base } = withTurns(conversationAt(232, '', 'long'), [...turns, other])
  await store.append({
    expectedRevision: null,
    conversation: {
      ...base,
      ccp: {
        ...ccp,
        branches: { main: 'turn_230', other: 'turn_fork' },
        pinned: ['turn_7'],
        subject: 'user:anna',
      },
    },
    turns: [...turns, other],
    plan: forgottenPlan(other),
  })
  const record = { kind: summaryKind, tenant: '', expiresAtMs: null, body: { state: 'x', n: 1.5 } }
  await store.records.put({ ...record, owner: 'long', id: 'sum_1' }, null)
  await store.records.put({ ...record, kind: 'notes', owner: 'subject:user:anna', id: 'n1' }, null)
  await respond(store, 'long', 'resp_1')
  return store
}

/** Keeps a response that has ended, of a turn of the conversation. */
async function respond(store: ContextStore, conversation: string, id: string): Promise<void> {
  await store.responses.add({
    id,
    tenant: '',
    previous: null,
    conversation,
    status: 'in_progress',
    background: false,
    body: { model: 'm' },
    input: [{ id: 'i1', type: 'message' }],
    output: [],
    error: null,
    answered_by: null,
    created_at: 5,
    completed_at: null,
  })
  await store.responses.finish({
    tenant: '',
    id,
    status: 'completed',
    body: { model: 'm', status: 'completed' },
    output: [{ id: 'o1', type: 'message' }],
    error: null,
    answeredBy: null,
    completedAt: 6,
    firstFrame: 0,
    frames: [],
  })
}

/** One conversation of one turn, whose response still runs. */
async function short(store: ContextStore): Promise<ContextStore> {
  const turn = ended(turnOf('short', 1, { plan: null, response: 'resp_s' }))
  const conversation = withTurns(conversationAt(1, '', 'short'), [turn])
  await store.append({ expectedRevision: null, conversation, turns: [turn] })
  await store.responses.add({
    id: 'resp_s',
    tenant: '',
    previous: null,
    conversation: 'short',
    status: 'in_progress',
    background: false,
    body: { model: 'm' },
    input: [],
    output: [],
    error: null,
    answered_by: null,
    created_at: 5,
    completed_at: null,
  })
  return store
}

const annasNote = {
  kind: 'notes',
  tenant: '',
  owner: 'subject:user:anna',
  body: { state: 'x' },
  expiresAtMs: null,
} as const

async function erased(store: ContextStore, tenant: string, subject: string): Promise<void> {
  while ((await store.removeSubject(tenant, subject)).more) continue
}

const shortEnd = {
  tenant: '',
  id: 'resp_s',
  status: 'completed',
  body: { model: 'm' },
  output: [],
  error: null,
  answeredBy: null,
  completedAt: 6,
  firstFrame: 0,
  frames: [],
} as const

/** All that a store has, in canonical JSON, but for its own name. */
async function contentOf(store: ContextStore): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const piece of exportStore(store, {})) lines.push(...piece.trimEnd().split('\n'))
  return lines.map((line) => {
    const part = JSON.parse(line) as { conversation?: { ccp: { store: string } } }
    if (part.conversation !== undefined) part.conversation.ccp.store = ''
    return canonicalJson(part)
  })
}

async function* linesOf(store: ContextStore): AsyncGenerator<string> {
  for await (const piece of exportStore(store, {})) yield* piece.trimEnd().split('\n')
}

async function* listed(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

const imported = (store: ContextStore, lines: AsyncIterable<string>, isDryRun = false) =>
  importStore({ store, storeName: 'team/new', lines, isDryRun, onProgress: () => {}, clock })

const migrated = (from: ContextStore, to: ContextStore, change: Partial<StoreMigration> = {}) =>
  migrateStore({
    from,
    to,
    names: { from: 'team/old', to: 'team/new' },
    isFrozen: () => false,
    isDryRun: false,
    selection: {},
    onProgress: () => {},
    signal: new AbortController().signal,
    ...change,
  })

/** The store, which fails at one of its changes and all that follow. */
function failingAt(store: ContextStore, call: number): ContextStore {
  let calls = 0
  const step = <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      if (++calls >= call) throw new Error('the store has stopped')
      return work(...args)
    }
  }
  const { records, responses } = store
  return {
    ...store,
    append: step((change) => store.append(change)),
    responses: new Proxy(responses, {
      get: (target, name): unknown =>
        name === 'add'
          ? step(target.add.bind(target))
          : name === 'finish'
            ? step(target.finish.bind(target))
            : (Reflect.get(target, name) as (...list: unknown[]) => unknown).bind(target),
    }),
    records: new Proxy(records, {
      get: (target, name): unknown =>
        name === 'put'
          ? step(target.put.bind(target))
          : (Reflect.get(target, name) as (...list: unknown[]) => unknown).bind(target),
    }),
  }
}

const names = Object.keys(stores)
const opened = (name: string) => stores[name]?.() ?? Promise.reject(new Error(name))

describe.each(names)('what a store of type %s has', (name) => {
  it('is the same once it was exported and imported into a store of each type', async () => {
    await using from = closing(await stocked(await opened(name)))
    const content = await contentOf(from.store)
    expect(content.length).toBeGreaterThan(240)
    for (const other of names) {
      await using to = closing(await opened(other))
      const first = await imported(to.store, linesOf(from.store))
      expect(first).toMatchObject({ created: 4, there: 0, differs: 0 })
      expect(await contentOf(to.store)).toEqual(content)
      const again = await imported(to.store, linesOf(from.store))
      expect(again).toMatchObject({ created: 0, there: 4, differs: 0 })
      expect(await contentOf(to.store)).toEqual(content)
    }
  }, 60_000)

  it('is migrated to one of the next type, with what is changed and deleted meanwhile', async () => {
    const next = names[(names.indexOf(name) + 1) % names.length] ?? ''
    await using from = closing(await stocked(await opened(name)))
    await using to = closing(await opened(next))
    expect(await migrated(from.store, to.store)).toMatchObject({ created: 4, isComplete: false })
    const { conversations } = openConversations({ store: from.store, clock, random })
    await say(conversations, [user('four')], [assistant('four!')])
    const chat = { tenant: 'team/app', id: 'chat-1' }
    const [turn] = (
      await conversations.tree.turns('team/app', 'chat-1', { limit: 1, order: 'asc' })
    ).turns
    await conversations.tree.pin(chat, turn?.id ?? '', true)
    await say(conversations, [user('new')], [assistant('new!')], { conversation: 'chat-9' })
    await conversations.update(
      { tenant: 'team/app', id: 'empty' },
      {
        retention: { expires_at: null, legal_hold: false },
      },
    )
    await conversations.eraseSubject('team/app', 'user:anna')
    await conversations.eraseSubject('', 'user:anna')
    const second = await migrated(from.store, to.store, { isFrozen: () => true })
    expect(second).toMatchObject({ created: 1, updated: 1, there: 1, deleted: 2, isComplete: true })
    const content = await contentOf(from.store)
    expect(content.join('\n')).not.toContain('anna')
    expect(await contentOf(to.store)).toEqual(content)
    const request = turnRequest([user('next')])
    const before = await conversations.plan(request)
    const after = await openConversations({ store: to.store, clock, random }).conversations.plan(
      request,
    )
    expect(after.items).toEqual(before.items)
    expect({ ...after.plan, id: '' }).toEqual({ ...before.plan, id: '' })
  }, 60_000)
})

describe('a migration', () => {
  it.each(['SQLite', 'Redis', 'Postgres'])(
    'that is broken off at any change goes on when it is made again, into %s',
    async (name) => {
      await using from = closing(await stocked(memory()))
      const content = await contentOf(from.store)
      for (let call = 1; ; call++) {
        await using to = closing(await opened(name))
        const broken = await migrated(from.store, failingAt(to.store, call)).catch(() => undefined)
        await to.store.recover(1)
        expect((await migrated(from.store, to.store, { isFrozen: () => true })).isComplete).toBe(
          true,
        )
        expect(await contentOf(to.store)).toEqual(content)
        if (broken !== undefined) return expect(call).toBeGreaterThan(8)
      }
    },
    60_000,
  )

  it('brings the responses of a conversation of one turn, and takes what was deleted beside it', async () => {
    const from = memory()
    const to = memory()
    const turn = ended(turnOf('short', 1, { plan: null, response: 'resp_2' }))
    const conversation = withTurns(conversationAt(1, '', 'short'), [turn])
    await from.append({ expectedRevision: null, conversation, turns: [turn] })
    await respond(from, 'short', 'resp_2')
    const summary = { kind: summaryKind, tenant: '', owner: 'short', id: 'sum_1' }
    await from.records.put({ ...summary, expiresAtMs: null, body: { text: 'told' } }, null)
    await migrated(from, to)
    expect(await to.responses.load('', 'resp_2')).toMatchObject({ status: 'completed' })
    expect(await to.records.load(summary)).toBeDefined()
    await from.records.remove(summary)
    expect(await migrated(from, to)).toMatchObject({ there: 1 })
    expect(await to.records.load(summary)).toBeUndefined()
  })

  it('deletes nothing by a store that has lost all that it had', async () => {
    const to = memory()
    await migrated(await stocked(memory()), to)
    const content = await contentOf(to)
    await expect(migrated(memory(), to)).rejects.toThrow('has no conversations any more')
    expect(await contentOf(to)).toEqual(content)
  })

  it.each(names)(
    'deletes nothing that an older backup of a store of type %s lacks, names it once, and goes on',
    async (name) => {
      await using lines = closing(await stocked(memory()))
      const backup = await contentOf(lines.store)
      await using from = closing(await opened(name))
      await using to = closing(await opened(name))
      await imported(from.store, listed(backup))
      const { conversations } = openConversations({ store: from.store, clock, random })
      await say(conversations, [user('new')], [assistant('new!')], { conversation: 'chat-9' })
      await from.store.records.put({ ...annasNote, id: 'n2' }, null)
      await migrated(from.store, to.store)
      const content = await contentOf(to.store)
      await using restored = closing(await opened(name))
      await imported(restored.store, listed(backup))
      const frozen = { isFrozen: () => true }
      expect(await migrated(restored.store, to.store, frozen)).toMatchObject({
        deleted: 0,
        differs: 2,
        left: ['/subject:user:anna', 'team/app/chat-9'],
        isComplete: false,
      })
      expect(await migrated(restored.store, to.store, frozen)).toMatchObject({
        deleted: 0,
        differs: 0,
        isComplete: true,
      })
      expect(await contentOf(to.store)).toEqual(content)
    },
    60_000,
  )

  it('deletes a response that was deleted by itself since it was copied', async () => {
    const from = await stocked(memory())
    const to = memory()
    await migrated(from, to)
    expect(await to.responses.load('', 'resp_1')).toBeDefined()
    await from.responses.remove('', 'resp_1')
    expect(await migrated(from, to, { isFrozen: () => true })).toMatchObject({ isComplete: true })
    expect(await to.responses.load('', 'resp_1')).toBeUndefined()
    expect(await contentOf(to)).toEqual(await contentOf(from))
  })

  it('stores nothing of a subject that is erased in both while it is copied', async () => {
    const from = await stocked(memory())
    const to = memory()
    const erasing = new Proxy(from, {
      get: (target, property): unknown =>
        property === 'basis'
          ? async (...list: Parameters<ContextStore['basis']>) => {
              const basis = await target.basis(...list)
              if (list[1] === 'long') {
                for (const store of [from, to]) await erased(store, '', 'user:anna')
              }
              return basis
            }
          : Reflect.get(target, property),
    })
    expect(await migrated(erasing, to)).toMatchObject({ conflict: 1 })
    expect(await to.conversation('', 'long')).toBeUndefined()
    expect(await to.records.load({ ...annasNote, id: 'n1' })).toBeUndefined()
    expect(await migrated(from, to, { isFrozen: () => true })).toMatchObject({ isComplete: true })
  })

  it('waits with a conversation whose turn runs', async () => {
    const { conversations, store } = openConversations({ clock, store: memory() })
    const request = turnRequest([user('one')])
    const open = await conversations.begin(request)
    const to = memory()
    expect(await migrated(store, to, { isFrozen: () => true })).toMatchObject({
      running: 1,
      isComplete: false,
    })
    expect(await contentOf(to)).toEqual([])
    await open.answering(request.targets[0], 1)
    await open.finish({ status: 'completed', output: [], usage: undefined, model: 'm' })
    expect(await migrated(store, to, { isFrozen: () => true })).toMatchObject({ isComplete: true })
    expect(await contentOf(to)).toEqual(await contentOf(store))
  })

  it('brings the response of a short conversation, once it has ended', async () => {
    const from = await short(memory())
    const to = memory()
    expect(await migrated(from, to, { isFrozen: () => true })).toMatchObject({
      running: 1,
      isComplete: false,
    })
    await from.responses.finish(shortEnd)
    expect(await migrated(from, to, { isFrozen: () => true })).toMatchObject({ isComplete: true })
    const kept = await from.responses.load('', 'resp_s')
    expect(kept?.status).toBe('completed')
    expect(await to.responses.load('', 'resp_s')).toEqual(kept)
  })

  it('deletes nothing that its selection does not mean', async () => {
    const from = await stocked(memory())
    const to = memory()
    await migrated(from, to)
    const note = { kind: 'notes', tenant: '', owner: 'subject:user:anna', id: 'n1' }
    await from.records.remove(note)
    await from.remove('team/app', 'chat-1')
    await migrated(from, to, { selection: { tenant: 'team/other' } })
    expect(await to.records.load(note)).toBeDefined()
    expect(await to.conversation('team/app', 'chat-1')).toBeDefined()
    await migrated(from, to)
    expect(await to.records.load(note)).toBeUndefined()
  })

  it('leaves and names notes that are there in another form', async () => {
    const from = await stocked(memory())
    const to = memory()
    const note = { kind: 'notes', tenant: '', owner: 'subject:user:anna', id: 'n1' }
    await to.records.put({ ...note, body: { other: true }, expiresAtMs: null }, null)
    expect(await migrated(from, to, { isFrozen: () => true })).toMatchObject({
      differs: 1,
      left: ['/subject:user:anna'],
      isComplete: false,
    })
    expect((await to.records.load(note))?.body).toEqual({ other: true })
  })

  it('leaves what has gone on where it is moved to, and deletes nothing once it was complete', async () => {
    const from = await stocked(memory())
    const to = memory()
    await migrated(from, to, { isFrozen: () => true })
    const { conversations } = openConversations({ store: to, clock, random })
    await say(conversations, [user('later')], [assistant('later!')])
    const content = await contentOf(to)
    const again = await migrated(from, to, { isFrozen: () => true })
    expect(again).toMatchObject({ differs: 1, left: ['team/app/chat-1'], isComplete: false })
    expect(await migrated(memory(), to, { isFrozen: () => true })).toMatchObject({ deleted: 0 })
    expect(await contentOf(to)).toEqual(content)
  })

  it('writes nothing in a dry run, and says what it would do', async () => {
    const from = await stocked(memory())
    const to = memory()
    const told = await migrated(from, to, { isDryRun: true, isFrozen: () => true })
    expect(told).toMatchObject({ created: 4, isComplete: false })
    expect(await contentOf(to)).toEqual([])
  })

  it.each([
    [{ tenant: 'team/other' }, 2],
    [{ subject: 'user:anna' }, 2],
    [{ conversations: ['chat-1'] }, 4],
    [{ tenant: 'team/app', conversations: ['chat-1', 'nowhere'] }, 1],
  ])('of %j moves those alone and is never complete', async (selection, created) => {
    const from = await stocked(memory())
    const { conversations } = openConversations({ store: from, clock, random })
    await say(conversations, [user('x')], [assistant('y')], { tenant: 'team/other@1-2' })
    await say(conversations, [user('x')], [assistant('y')], { tenant: 'team/others' })
    const result = await migrated(from, memory(), { selection, isFrozen: () => true })
    expect(result).toMatchObject({ created, isComplete: false })
  })
})

describe('an import', () => {
  it('brings the response of a short conversation, and replaces none that is there', async () => {
    const from = await short(memory())
    await from.responses.finish(shortEnd)
    const lines = await contentOf(from)
    const to = memory()
    await imported(to, listed(lines))
    const kept = await from.responses.load('', 'resp_s')
    expect(await to.responses.load('', 'resp_s')).toEqual(kept)
    const changed = lines.map((line) => line.replace('"error":null', '"error":{"code":"x"}'))
    expect(changed).not.toEqual(lines)
    await imported(to, listed(changed))
    expect(await to.responses.load('', 'resp_s')).toEqual(kept)
    const other = changed.map((line) =>
      line.includes('"stored.response"') ? line : line.replaceAll('"short"', '"second"'),
    )
    await expect(imported(to, listed(other))).rejects.toThrow('response.conversation')
    await imported(to, listed(other.map((line) => line.replaceAll('"short"', '"second"'))))
    expect(await to.conversation('', 'second')).toBeDefined()
    expect(await to.responses.load('', 'resp_s')).toEqual(kept)
  })

  it('leaves a conversation that is there in another form, and says where it stands', async () => {
    const to = await stocked(memory())
    const lines = await contentOf(to)
    const { conversations } = openConversations({ store: to, clock, random })
    await say(conversations, [user('later')], [assistant('later!')])
    const result = await imported(to, listed(lines))
    const at = 1 + lines.findIndex((line) => line.includes('"id":"chat-1","metadata"'))
    expect(result).toMatchObject({
      created: 0,
      there: 3,
      differs: 1,
      left: [{ line: at, conversation: 'team/app/chat-1' }],
    })
  })

  it('refuses what does not fit with the number of its line, and keeps what stood before', async () => {
    const lines = await contentOf(await stocked(memory()))
    const wrong: readonly (readonly [RegExp, (lines: string[]) => void])[] = [
      [/^Line 2: it is not JSON/, (list) => list.splice(1, 1, '{"object"')],
      [/^Line 1: it is not an object/, (list) => list.splice(0, 1, '[]')],
      [/^Line 1: object is not one that/, (list) => list.splice(0, 1, '{"object":"turn"}')],
      [/^Line 1: object stands in no conversation/, (list) => list.splice(0, 1)],
      [
        /^Line 3: turn.id "turn_1" stands on an earlier line/,
        (list) => list.splice(2, 0, list[1] ?? ''),
      ],
      [/^Line 231: the file ends within/, (list) => list.splice(231)],
      [
        /^Line 2: turn.input\[0\] cannot be kept/,
        (list) => list.splice(1, 1, (list[1] ?? '').replace('output_text', 'bogus')),
      ],
      [
        /^Line 1: conversation.ccp.epoch.n is not valid/,
        (list) => list.splice(0, 1, (list[0] ?? '').replace('"n":1', '"n":0')),
      ],
      [/has no turn turn_230, which it names/, (list) => list.splice(230, 1)],
    ]
    for (const [message, change] of wrong) {
      const changed = [...lines]
      change(changed)
      await expect(imported(memory(), listed(changed))).rejects.toMatchObject({
        code: 'invalid_import',
        message: expect.stringMatching(message),
      })
    }
  })

  it('stores nothing of a subject that was erased after it began', async () => {
    const to = memory()
    async function* erasedFirst() {
      await clock.advance(10)
      await erased(to, '', 'user:anna')
      await clock.advance(10)
      yield* lines
    }
    const lines = await contentOf(await stocked(memory()))
    expect(await imported(to, erasedFirst())).toMatchObject({ created: 3, differs: 1 })
    expect((await contentOf(to)).join('\n')).not.toContain('"tenant":"","turns":231')
    expect(await to.conversation('', 'long')).toBeUndefined()
    expect(await to.records.load({ ...annasNote, id: 'n1' })).toBeUndefined()
  })

  it('reads everything in a dry run and writes nothing', async () => {
    const to = memory()
    const lines = await contentOf(await stocked(memory()))
    expect(await imported(to, listed(lines), true)).toMatchObject({ created: 4, there: 0 })
    expect(await contentOf(to)).toEqual([])
  })
})

function closing(store: ContextStore) {
  return { store, [Symbol.asyncDispose]: () => store.close() }
}
