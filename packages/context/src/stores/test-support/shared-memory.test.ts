import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryStore, type MemoryStoreOptions } from '../memory/memory-store.ts'
import type { ContextStore } from '../context-store.ts'
import { memberLeaseMs } from '../store-members.ts'
import { describeAnswerStoreContract } from './answer-store-contract.ts'
import { describeFactorStoreContract } from './factor-store-contract.ts'
import { describeResponseStoreContract } from './response-store-contract.ts'
import { SharedMemory, type SharedMember } from './shared-memory.ts'
import { describeStoreContract } from './store-contract.ts'
import { describeStoreMembersContract } from './store-members-contract.ts'

/** By store, so that the suites can make something happen to its member. */
const members = new WeakMap<
  ContextStore,
  { readonly member: SharedMember; readonly shared: SharedMemory }
>()

function memberOf(store: ContextStore) {
  const found = members.get(store)
  if (found === undefined) throw new Error('the store has been opened here')
  return found
}

function join(shared: SharedMemory, name: string): ContextStore {
  const member = shared.join(name)
  members.set(member.store, { member, shared })
  return member.store
}

const sharing = (options: MemoryStoreOptions, clock = new FakeClock()) =>
  new SharedMemory({ data: createMemoryStore(options), clock })

const subject = {
  name: 'shared memory',
  open: (options: MemoryStoreOptions) => join(sharing(options), 'one'),
  successor(store: ContextStore): ContextStore {
    const { member, shared } = memberOf(store)
    member.die()
    return join(shared, 'two')
  },
}
describeStoreContract(subject)
describeResponseStoreContract(subject)
describeFactorStoreContract(subject)
describeAnswerStoreContract(subject)

describeStoreMembersContract({
  name: 'shared memory',
  open() {
    const shared = sharing({ clock: { now: () => 1000 }, ttlMs: undefined })
    return {
      join: (name) => join(shared, name),
      die: (store) => memberOf(store).member.die(),
      interrupt(store) {
        memberOf(store).member.cut()
        memberOf(store).member.mend()
      },
      close() {},
    }
  },
})

describe('a member that is cut off', () => {
  it('keeps its places as long as its lease, and is told when it is back', async () => {
    const clock = new FakeClock()
    const shared = sharing({ clock, ttlMs: undefined }, clock)
    const [one, two] = [shared.join('one'), shared.join('two')]
    const place = { tenant: 'a', conversation: 'c1' }
    await one.store.members.claim(place, 'x')
    await clock.advance(10 * memberLeaseMs)
    one.cut()
    await expect(one.store.conversation('a', 'c1')).rejects.toThrow('cannot be reached')
    await clock.advance(memberLeaseMs / 2)
    expect(await two.store.members.claim(place, 'y')).toMatchObject({ outcome: 'taken' })
    await clock.advance(memberLeaseMs / 2)
    expect(await two.store.members.claim(place, 'y')).toEqual({ outcome: 'granted' })
    one.mend()
    expect(await one.store.members.claim(place, 'x')).toMatchObject({ member: 'two' })
  })
})
