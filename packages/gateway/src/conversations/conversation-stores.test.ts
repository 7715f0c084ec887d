import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { createConversations, createMemoryStore, type ContextStore } from '@fairlead/context'
import type { ConversationStoreSettings, SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import { describe, expect, it, onTestFinished } from 'vitest'
import { snapshotOf } from '../test-support/snapshot.ts'
import { ConversationStores } from './conversation-stores.ts'

function runtimeWith(change: Partial<ConversationStoreSettings> = {}): {
  readonly snapshot: Snapshot
} {
  const snapshot = snapshotOf({})
  const settings: ConversationStoreSettings = {
    namespace: 'team',
    name: 'chats',
    generation: 1,
    type: 'SQLite',
    path: 'chats.db',
    server: undefined,
    encryption: undefined,
    isFrozen: false,
    ttlMs: undefined,
    ...change,
  }
  return {
    snapshot: {
      ...snapshot,
      gateway: { ...snapshot.gateway, defaultConversationStore: 'team/chats' },
      conversationStores: new Map([['team/chats', settings]]),
    },
  }
}

/** Stores in memory that say what they were told, and fail while there is trouble. */
function openedStores() {
  const clock = new FakeClock()
  const state: { trouble: string | undefined; changes: number } = {
    trouble: undefined,
    changes: 0,
  }
  const told: (number | null)[] = []
  const frozen: (boolean | undefined)[] = []
  const secrets = new Map<string, string>()
  const check = async () => {
    if (state.trouble !== undefined) throw new Error(state.trouble)
  }
  const stores = new ConversationStores({
    async open(_, onAvailability) {
      await check()
      const inMemory = createMemoryStore({ clock, ttlMs: undefined })
      const store: ContextStore = {
        ...inMemory,
        check,
        async append(change) {
          await check()
          return inMemory.append(change)
        },
        async configure({ isFrozen, ttlMs }) {
          told.push(ttlMs)
          frozen.push(isFrozen)
        },
      }
      return createConversations({ store, clock, random: () => 0.5, onAvailability })
    },
    secrets: {
      get: ({ namespace, name, key }: SecretKeyRef) => secrets.get(`${namespace}/${name}/${key}`),
    },
    clock,
    logger: silentLogger,
    changed: () => void state.changes++,
  })
  onTestFinished(() => stores.close())
  return { clock, frozen, secrets, stores, state, told }
}

const problem = (message: string) => ({
  kind: 'ConversationStore',
  namespace: 'team',
  name: 'chats',
  reason: 'StoreUnavailable',
  message,
})

describe('a ConversationStore', () => {
  it('that cannot be opened is a problem, and is tried again though nobody calls', async () => {
    const { clock, stores, state } = openedStores()
    state.trouble = 'the disk is full'
    stores.prepare(runtimeWith())
    await clock.advance(0)
    expect(stores.problems()).toEqual([problem('the disk is full')])
    expect(stores.availability()).toEqual(['team/chats', false])
    await expect(stores.of(runtimeWith())).rejects.toMatchObject({ code: 'store_unavailable' })
    await clock.advance(5000)
    expect(stores.problems()).toHaveLength(1)
    state.trouble = undefined
    await clock.advance(5000)
    expect(stores.problems()).toEqual([])
    expect(stores.availability()).toEqual(['team/chats', true])
    expect(state.changes).toBe(2)
  })

  it('that fails while it is open is a problem until it works again', async () => {
    const { clock, stores, state } = openedStores()
    stores.prepare(runtimeWith())
    const conversations = await stores.of(runtimeWith())
    state.trouble = 'the disk is full'
    const create = conversations.create({ tenant: 'a', id: 'chat' })
    await expect(create).rejects.toMatchObject({ status: 503, retryAfterSeconds: 1 })
    expect(stores.problems()).toEqual([problem('the disk is full')])
    state.trouble = undefined
    await clock.advance(5000)
    expect(stores.problems()).toEqual([])
  })

  it('that is not the gateway’s any more is no problem of it', async () => {
    const { clock, stores, state } = openedStores()
    state.trouble = 'the disk is full'
    stores.prepare(runtimeWith())
    await clock.advance(0)
    state.trouble = undefined
    stores.prepare(runtimeWith({ path: 'elsewhere.db' }))
    await clock.advance(0)
    expect(stores.problems()).toEqual([])
  })

  it('names the Secret that it needs and is not there', async () => {
    const { stores, secrets } = openedStores()
    const url = { namespace: 'team', name: 'redis', key: 'url' }
    const rest = { keyPrefix: 'x', schema: undefined, maxConnections: undefined }
    const server = { url, ca: { ...url, name: 'ca', key: 'ca.crt' }, ...rest }
    stores.prepare(runtimeWith({ type: 'Redis', path: undefined, server }))
    const messages = () => stores.problems().map(({ reason, message }) => `${reason}: ${message}`)
    expect(messages()).toEqual([
      'SecretKeyMissing: The store cannot be opened: there is no Secret team/redis with a key "url".',
      'SecretKeyMissing: The store cannot be opened: there is no Secret team/ca with a key "ca.crt".',
    ])
    secrets.set('team/redis/url', 'redis://user:password@host')
    secrets.set('team/ca/ca.crt', 'no certificate')
    expect(messages()).toEqual([
      'SecretInvalid: The store cannot be opened: the key "ca.crt" of Secret team/ca holds no certificate in PEM.',
    ])
  })

  it('is opened anew when its server is reached in another way', async () => {
    const { stores } = openedStores()
    const url = { namespace: 'team', name: 'redis', key: 'url' }
    const server = {
      url,
      ca: undefined,
      keyPrefix: 'x',
      schema: undefined,
      maxConnections: undefined,
    }
    const opened = (change: object) =>
      stores.of(runtimeWith({ type: 'Redis', path: undefined, server: { ...server, ...change } }))
    const first = await opened({})
    expect(await opened({})).toBe(first)
    expect(await opened({ keyPrefix: 'y' })).not.toBe(first)
    expect(await opened({ url: { ...url, name: 'other' } })).not.toBe(first)
  })

  it('is told at once how long to keep conversations, and stays open', async () => {
    const { clock, stores, told } = openedStores()
    stores.prepare(runtimeWith({ ttlMs: 1000 }))
    await clock.advance(0)
    const before = await stores.of(runtimeWith())
    stores.prepare(runtimeWith({ ttlMs: 5000, generation: 2 }))
    await clock.advance(0)
    stores.prepare(runtimeWith({ generation: 3 }))
    await clock.advance(0)
    expect(told).toEqual([1000, 5000, null])
    expect(await stores.of(runtimeWith())).toBe(before)
  })

  it('is told that it is frozen while it is open, though the gateway uses it no more', async () => {
    const { clock, frozen, stores } = openedStores()
    const elsewhere = (change: Partial<ConversationStoreSettings>) => {
      const { snapshot } = runtimeWith(change)
      const gateway = { ...snapshot.gateway, defaultConversationStore: undefined }
      return { snapshot: { ...snapshot, gateway } }
    }
    const before = elsewhere({ isFrozen: true })
    stores.prepare(before)
    await clock.advance(0)
    await stores.all(before).get('team/chats')?.()
    expect(frozen).toEqual([false, true])
    expect(stores.problems()).toMatchObject([{ name: 'chats', reason: 'StoreUnavailable' }])
    stores.prepare(elsewhere({ generation: 2 }))
    await clock.advance(0)
    expect(frozen.slice(2)).toEqual([false, false])
    expect(stores.problems()).toEqual([])
  })
})

describe('all stores', () => {
  it('are those that have a name, and that in memory where the gateway has none', async () => {
    const { stores, state } = openedStores()
    const runtime = runtimeWith()
    expect([...stores.all(runtime).keys()]).toEqual(['team/chats'])
    const { snapshot } = runtime
    const gateway = { ...snapshot.gateway, defaultConversationStore: undefined }
    const all = stores.all({ snapshot: { ...snapshot, gateway } })
    expect([...all.keys()]).toEqual(['in memory', 'team/chats'])
    const erased = await (await all.get('team/chats')?.())?.eraseSubject('t', 'user:1')
    expect(erased).toMatchObject({ conversations: 0, complete: true })
    state.trouble = 'no disk'
    await expect(all.get('in memory')?.()).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
