import { silentLogger, type Logger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { createMemoryStore, type StoreSettings, type StoreType } from '@fairlead/context'
import { describe, expect, it } from 'vitest'
import { openStoreOfSecrets } from './store-of-secrets.ts'

const url = { namespace: 'team', name: 'toy', key: 'url' }
const ca = { namespace: 'team', name: 'authorities', key: 'ca.crt' }

/** A server that takes one password, and what was asked of it. */
function toyServer() {
  const clock = new FakeClock()
  const data = createMemoryStore({ clock, ttlMs: undefined })
  const opened: StoreSettings[] = []
  const values = new Map<string, string>()
  const listeners = new Set<() => void>()
  const logged: unknown[] = []
  const state = { password: 'open-sesame', closes: 0, reading: Promise.resolve() }
  const toy: StoreType = {
    type: 'Toy',
    async open(settings) {
      if (settings.server?.url !== `toy://user:${state.password}@host`) throw new Error('refused')
      opened.push(settings)
      return {
        ...data,
        type: 'Toy',
        async conversation(tenant, id) {
          await state.reading
          return data.conversation(tenant, id)
        },
        close: async () => void (state.closes += 1),
      }
    },
  }
  const log = (...entry: readonly unknown[]) => void logged.push(entry)
  const logger: Logger = { ...silentLogger, info: log, warn: log, error: log }
  const open = (change: { readonly ca?: typeof ca } = {}) =>
    openStoreOfSecrets({
      settings: {
        namespace: 'team',
        name: 'chats',
        type: 'Toy',
        path: undefined,
        server: {
          url,
          ca: change.ca,
          keyPrefix: 'k',
          schema: undefined,
          maxConnections: undefined,
        },
        encryption: undefined,
        isFrozen: false,
        ttlMs: 5,
      },
      dataDir: '/nowhere',
      member: 'replica/1',
      secrets: {
        get: ({ namespace, name, key }) => values.get(`${namespace}/${name}/${key}`),
        subscribe(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
      clock,
      logger,
      types: [toy],
    })
  const setSecret = async (name: string, value: string | undefined) => {
    if (value === undefined) values.delete(name)
    else values.set(name, value)
    for (const listener of listeners) listener()
    await clock.advance(0)
    await clock.advance(0)
  }
  return { clock, listeners, logged, open, opened, setSecret, state }
}

describe('a store whose server is named in a Secret', () => {
  it('is opened with what the Secrets say, without spaces around it', async () => {
    const { open, opened, setSecret } = toyServer()
    await setSecret('team/toy/url', ' toy://user:open-sesame@host\n')
    await setSecret('team/authorities/ca.crt', 'PEM\n')
    const store = await open({ ca })
    expect(store.type).toBe('Toy')
    expect(opened).toMatchObject([
      {
        member: 'replica/1',
        ttlMs: 5,
        server: { url: 'toy://user:open-sesame@host', ca: 'PEM', keyPrefix: 'k', deadlineMs: 2000 },
      },
    ])
    await store.close()
  })

  it('is not opened while one is missing, and says which', async () => {
    const { open, setSecret } = toyServer()
    const named = 'ConversationStore team/chats: there is no Secret team'
    await expect(open()).rejects.toThrow(`${named}/toy with a key "url"`)
    await setSecret('team/toy/url', 'toy://user:open-sesame@host')
    await expect(open({ ca })).rejects.toThrow(`${named}/authorities with a key "ca.crt"`)
  })

  it('goes on with another password, as the same member, and loses no call', async () => {
    const { open, opened, setSecret, state, listeners } = toyServer()
    await setSecret('team/toy/url', 'toy://user:open-sesame@host')
    const store = await open()
    const slow = Promise.withResolvers<void>()
    state.reading = slow.promise
    const reading = store.conversation('a', 'c1')
    state.password = 'friend'
    await setSecret('team/toy/url', 'toy://user:friend@host')
    expect(opened.map(({ member }) => member)).toEqual(['replica/1', 'replica/1'])
    expect(state.closes).toBe(0)
    slow.resolve()
    expect(await reading).toBeUndefined()
    await store.close()
    expect(state.closes).toBe(2)
    expect(listeners.size).toBe(0)
  })

  it('goes on with the earlier connection while the new password is wrong, and says so once', async () => {
    const { clock, logged, open, opened, setSecret, state } = toyServer()
    await setSecret('team/toy/url', 'toy://user:open-sesame@host')
    const store = await open()
    await setSecret('team/toy/url', 'toy://user:secret-typo@host')
    await clock.advance(30_000)
    await setSecret('team/toy/url', undefined)
    expect(await store.conversation('a', 'c1')).toBeUndefined()
    expect(state.closes).toBe(0)
    expect(logged).toHaveLength(2)
    expect(JSON.stringify(logged)).not.toMatch(/typo|sesame/)
    state.password = 'secret-typo'
    await setSecret('team/toy/url', 'toy://user:secret-typo@host')
    expect(opened).toHaveLength(2)
    await store.close()
    expect(clock.pendingTimers).toBe(0)
  })
})
