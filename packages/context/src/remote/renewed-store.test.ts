import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { SharedMemory } from '../stores/test-support/shared-memory.ts'
import { describeStoreContract } from '../stores/test-support/store-contract.ts'
import { conversationAt, ended, turnOf } from '../stores/test-support/turns.ts'
import { RenewedStore } from './renewed-store.ts'

describeStoreContract({
  name: 'renewed Memory',
  open: (options) => new RenewedStore(createMemoryStore(options)).store,
})

const place = { tenant: 'a', conversation: 'c1' }

function sharedStore() {
  const clock = new FakeClock()
  const data = createMemoryStore({ clock, ttlMs: undefined })
  /** Requests that are on their way wait here while there is one. */
  let gate: PromiseWithResolvers<void> | undefined
  const shared = new SharedMemory({ data, clock, latency: async () => gate?.promise })
  return {
    shared,
    hold: () => void (gate = Promise.withResolvers()),
    release: () => {
      gate?.resolve()
      gate = undefined
    },
  }
}

describe('a store that is opened anew', () => {
  it('goes on as the same member: what it runs and its places stay its own', async () => {
    const { shared } = sharedStore()
    const other = shared.join('other').store
    const renewed = new RenewedStore(shared.join('one').store)
    const { store } = renewed
    const change = { conversation: conversationAt(1), turns: [turnOf('c1', 1)] }
    await store.append({ expectedRevision: null, ...change })
    await store.members?.claim(place, 'x')
    await renewed.renew(shared.join('one').store)
    expect(await other.recover(7)).toBe(0)
    expect(await other.members.claim(place, 'y')).toMatchObject({ outcome: 'taken', claim: 'x' })
    expect(await store.finish('a', { turn: ended(turnOf('c1', 1)) })).toBe('stored')
    await store.close()
    expect(await other.members.claim(place, 'y')).toEqual({ outcome: 'granted' })
  })

  it('keeps what for as long as was said last, also in a later opening', async () => {
    const clock = new FakeClock()
    const open = () => createMemoryStore({ clock, ttlMs: undefined })
    const renewed = new RenewedStore(open())
    await renewed.store.configure({ ttlMs: 5000 })
    await renewed.store.configure({ ttlMs: 1000 })
    await renewed.renew(open())
    const change = { conversation: conversationAt(1), turns: [] }
    await renewed.store.append({ expectedRevision: null, ...change })
    await clock.advance(999)
    expect(await renewed.store.conversation('a', 'c1')).toBeDefined()
    await clock.advance(1)
    expect(await renewed.store.conversation('a', 'c1')).toBeUndefined()
  })

  it('hears what others say, and looks again at what it may have missed', async () => {
    const { shared } = sharedStore()
    const other = shared.join('other').store
    const renewed = new RenewedStore(shared.join('one').store)
    const heard: unknown[] = []
    let gaps = 0
    renewed.store.members?.subscribe((message) => heard.push(message))
    renewed.store.members?.onGap(() => (gaps += 1))
    await renewed.renew(shared.join('one').store)
    expect(gaps).toBe(1)
    other.members.publish({ number: 1 })
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toEqual([{ number: 1 }])
  })

  it('ends each operation where it began, and only then closes the earlier opening', async () => {
    const { shared, hold, release } = sharedStore()
    const first = shared.join('one').store
    let isClosed = false
    const close = async () => void (isClosed = true)
    const renewed = new RenewedStore(
      new Proxy(first, {
        get: (target, property) =>
          property === 'close' ? close : (Reflect.get(target, property) as unknown),
      }),
    )
    hold()
    const reading = renewed.store.conversation('a', 'c1')
    await renewed.renew(shared.join('one').store)
    await new Promise((resolve) => setImmediate(resolve))
    expect(isClosed).toBe(false)
    release()
    expect(await reading).toBeUndefined()
    await renewed.store.close()
    expect(isClosed).toBe(true)
  })
})
