import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@fairlead/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newKey } from '../encryption/encryption-key.ts'
import { openEncrypted } from '../encryption/open-encrypted.ts'
import type { StrategyInput } from '../plan/strategy-input.ts'
import { vectorKind } from '../retrieval/vector-record.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { PostgresBench } from '../stores/postgres/test-support/postgres-bench.ts'
import { RedisBench } from '../stores/redis/test-support/redis-bench.ts'
import { createSqliteStore } from '../stores/sqlite/sqlite-store.ts'
import { itemText } from '../turns/item-text.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import { createConversations } from './conversations-service.ts'
import type { Conversations } from './conversations.ts'
import { say, turnRequest } from './test-support/conversation-bench.ts'
import { meaningModels } from './test-support/meaning-models.ts'

const tenant = 'team/app'
const id = 'chat-1'
const told = 'The car stands in Elm Street.'
const others = ['A cat sleeps.', 'My salary is low.', 'The weather is fine today.']
const options = { clock: systemClock, ttlMs: undefined }

const strategy: StrategyInput = {
  name: 'relevant',
  generation: 1,
  history: { mode: 'LastTurns', turns: 1, slackTurns: 0 },
  retrieval: { mode: 'Vector', model: 'embed', maxTokens: 400, neighbours: 0 },
  reserveOutputTokens: 0,
  onOverflow: 'Compact',
}

let folder: string
let redis: RedisBench
let postgres: PostgresBench
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-vectors-'))
  redis = await RedisBench.start()
  postgres = await PostgresBench.start()
}, 120_000)
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const sqlite = (name: string) => createSqliteStore({ ...options, path: join(folder, name) })
const stores: readonly (readonly [string, () => Promise<ContextStore>])[] = [
  ['Memory', async () => createMemoryStore(options)],
  ['SQLite', async () => sqlite('chats.db')],
  ['Redis', async () => redis.open(options)],
  [
    'PostgreSQL',
    async () => {
      await postgres.empty('vectors')
      return postgres.open({ schema: 'vectors', ...options })
    },
  ],
  [
    'encrypted SQLite',
    async () => {
      const key = newKey().toString('base64')
      const tools = { clock: systemClock, logger: silentLogger }
      const opened = await openEncrypted(
        sqlite('encrypted.db'),
        { current: key, previous: undefined },
        tools,
      )
      await opened.wrapped()
      return opened.store
    },
  ],
]

describe.each(stores)('vectors of turns in %s', (_, open) => {
  it('serve every process that uses the store, and are gone with their subject', async () => {
    const store = await open()
    const shared: ContextStore = { ...bound(store), close: async () => {} }
    const [one, other] = [0, 1].map(() =>
      createConversations({ store: shared, clock: systemClock, random: Math.random }),
    ) as [Conversations, Conversations]
    const models = meaningModels()
    const change = { strategy, models, subject: 'ada' }
    const kept = async () => {
      const query = { tenant, kind: vectorKind, owner: id, limit: 100 }
      return (await store.records.list(query)).length
    }
    for (const [at, text] of [told, ...others].entries()) {
      await say(at % 2 === 0 ? one : other, [user(text)], [assistant('Noted.')], change)
      // One for each turn, and what is known of their making.
      await expect.poll(kept).toBe(at + 2)
    }
    for (const conversations of [one, other]) {
      const request = turnRequest([user('Where did I leave the vehicle?')], change)
      const { items, plan } = await conversations.plan(request)
      expect(items.map(itemText).join('\n')).toContain(`user: ${told}`)
      expect(plan.retrieval?.problems).toEqual([])
    }
    const documents = models.embedded.filter(({ purpose }) => purpose === 'document')
    expect(documents).toHaveLength(5)
    await one.eraseSubject(tenant, 'ada')
    expect(await kept()).toBe(0)
    await one.close()
    await other.close()
    await store.close()
  })
})

/** Its methods, so that one of them can be replaced. */
function bound(store: ContextStore): ContextStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
