import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { memberLeaseMs } from '../stores/store-members.ts'
import { SharedMemory } from '../stores/test-support/shared-memory.ts'
import { conversationAt, turnOf } from '../stores/test-support/turns.ts'
import { StoreOwner } from './store-owner.ts'

const clock = new FakeClock()
const opened = () => {
  const shared = new SharedMemory({ data: createMemoryStore({ clock, ttlMs: undefined }), clock })
  const member = (name: string) => {
    const one = shared.join(name)
    const open = async () => one.store
    return {
      ...one,
      die: () => one.die(),
      owner: new StoreOwner({ open, keyOf: String, clock, logger: silentLogger }),
    }
  }
  return { shared, one: member('one'), two: member('two') }
}

async function begin(store: ContextStore): Promise<void> {
  const change = { conversation: conversationAt(1), turns: [turnOf('c1', 1)] }
  await store.append({ expectedRevision: null, ...change })
}

describe('what a replica runs', () => {
  it('is left alone when another starts, and ended by it soon after the replica has died', async () => {
    const { shared, one, two } = opened()
    const { data } = shared
    const status = async () => (await data.turn('a', 'c1', 'turn_1'))?.status
    await one.owner.open('the one')
    await begin(one.store)
    await two.owner.open('the one')
    await clock.advance(10 * memberLeaseMs)
    expect(await status()).toBe('in_progress')
    one.die()
    await clock.advance(memberLeaseMs / 3)
    expect(await status()).toBe('incomplete')
    await two.owner.close()
  })

  it('is recovered by one that opens the store later, however the first ended', async () => {
    const { shared, one, two } = opened()
    await begin(one.store)
    await one.store.close()
    await two.owner.open('the one')
    expect(await shared.data.turn('a', 'c1', 'turn_1')).toMatchObject({ status: 'incomplete' })
    await two.owner.close()
  })
})
