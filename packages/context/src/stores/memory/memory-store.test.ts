import { describe, expect, it } from 'vitest'
import { newConversation } from '../../turns/new-conversation.ts'
import { describeStoreContract } from '../test-support/store-contract.ts'
import { createMemoryStore } from './memory-store.ts'

describeStoreContract({ name: 'Memory', open: createMemoryStore })

describe('Memory store', () => {
  it('drops the least recently used conversation when there are too many', async () => {
    const clock = { now: () => 1000 }
    const store = createMemoryStore({ clock, ttlMs: undefined, maxConversations: 2 })
    for (const id of ['one', 'two', 'three']) {
      const conversation = newConversation({ id, tenant: 'a', store: '', nowMs: 0 })
      await store.append({ expectedRevision: null, conversation, turns: [] })
    }
    expect(await store.load('a', 'one')).toBeUndefined()
    expect(await store.load('a', 'three')).toBeDefined()
  })
})
