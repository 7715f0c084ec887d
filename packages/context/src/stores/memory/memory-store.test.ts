import { describe, expect, it } from 'vitest'
import { ended, turnOf } from '../test-support/turns.ts'
import type { Turn } from '../../turns/turn.ts'
import { newConversation } from '../../turns/new-conversation.ts'
import { describeFactorStoreContract } from '../test-support/factor-store-contract.ts'
import { describeAnswerStoreContract } from '../test-support/answer-store-contract.ts'
import { describeRecordBoundContract } from '../test-support/record-store-contract.ts'
import { describeResponseStoreContract } from '../test-support/response-store-contract.ts'
import { describeStoreContract } from '../test-support/store-contract.ts'
import { createMemoryStore } from './memory-store.ts'
import { wholeLog } from '../test-support/whole-log.ts'

describeStoreContract({ name: 'Memory', open: createMemoryStore })
describeResponseStoreContract({ name: 'Memory', open: createMemoryStore })
describeFactorStoreContract({ name: 'Memory', open: createMemoryStore })
describeAnswerStoreContract({ name: 'Memory', open: createMemoryStore })
describeRecordBoundContract({ name: 'Memory', open: createMemoryStore })

const clock = { now: () => 1000 }
const runningTurn = turnOf('running', 1)

describe('Memory store', () => {
  it('drops the least recently used conversation when there are too many', async () => {
    const store = createMemoryStore({ clock, ttlMs: undefined, maxConversations: 2 })
    const add = (id: string) => {
      const conversation = newConversation({ id, tenant: 'a', store: '', nowMs: 0 })
      return store.append({ expectedRevision: null, conversation, turns: [] })
    }
    await add('one')
    await add('two')
    const one = await wholeLog(store, 'a', 'one')
    if (one === undefined) throw new Error('it was just stored')
    const { conversation } = one
    const ccp = { ...conversation.ccp, revision: 1 }
    const changed = { ...conversation, ccp }
    await store.append({ expectedRevision: 0, conversation: changed, turns: [] })
    await add('three')
    expect(await wholeLog(store, 'a', 'one')).toBeDefined()
    expect(await wholeLog(store, 'a', 'two')).toBeUndefined()
    expect(await wholeLog(store, 'a', 'three')).toBeDefined()
  })

  it('drops the least recently used conversations when they are too large', async () => {
    const store = createMemoryStore({ clock, ttlMs: undefined, maxBytes: 5200 })
    const add = (id: string, turns: readonly Turn[]) => {
      const conversation = newConversation({ id, tenant: 'a', store: '', nowMs: 0 })
      return store.append({ expectedRevision: null, conversation, turns })
    }
    await add('one', [])
    await add('running', [turnOf('running', 1)])
    await add('large', [ended(turnOf('large', 1, { model: 'm'.repeat(3000) }))])
    expect(await wholeLog(store, 'a', 'one')).toBeUndefined()
    expect(await wholeLog(store, 'a', 'running')).toBeDefined()
    expect(await wholeLog(store, 'a', 'large')).toBeDefined()
    await store.finish('a', { turn: ended(turnOf('running', 1, { model: 'm'.repeat(2000) })) })
    expect(await wholeLog(store, 'a', 'running')).toBeDefined()
    expect(await wholeLog(store, 'a', 'large')).toBeUndefined()
  })

  it('keeps a conversation whose turn is running', async () => {
    const store = createMemoryStore({ clock, ttlMs: undefined, maxConversations: 1 })
    const add = (id: string, turns: readonly Turn[]) => {
      const conversation = newConversation({ id, tenant: 'a', store: '', nowMs: 0 })
      return store.append({ expectedRevision: null, conversation, turns })
    }
    await add('running', [runningTurn])
    await add('two', [])
    expect(await wholeLog(store, 'a', 'running')).toBeDefined()
  })
})
