import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { assistant, brief, system, user } from '../turns/test-support/items.ts'
import {
  lastTurnsStrategy,
  openConversations,
  turnRequest,
} from './test-support/conversation-bench.ts'

const turns = 300

/** A conversation of 300 turns, in a store that counts the turns and outlines that it hands out. */
async function longConversation() {
  const clock = new FakeClock()
  const store = createMemoryStore({ clock, ttlMs: undefined })
  const read = { turns: 0, outlines: 0 }
  const counted: ContextStore = {
    ...store,
    async basis(...query) {
      const basis = await store.basis(...query)
      read.turns += basis?.path.length ?? 0
      return basis
    },
    async path(...query) {
      const path = await store.path(...query)
      read.turns += path.length
      return path
    },
    async turn(...query) {
      read.turns += 1
      return store.turn(...query)
    },
    async outline(...query) {
      const outlines = await store.outline(...query)
      read.outlines += outlines.length
      return outlines
    },
  }
  const { conversations } = openConversations({ store: counted, clock })
  const history = Array.from({ length: turns }, (_, index) => [
    user(`question ${index + 1}`),
    assistant(`answer ${index + 1}`),
  ]).flat()
  const say = async (input: Parameters<typeof turnRequest>[0], change = {}) => {
    read.turns = 0
    read.outlines = 0
    const open = await conversations.begin(turnRequest(input, change))
    await open.finish({
      status: 'completed',
      output: [assistant('so')],
      usage: undefined,
      model: 'm',
    })
    return { ...open, sent: open.items.map(brief), read: { ...read } }
  }
  await say([system('Be brief.'), ...history, user('go')])
  return { conversations, say, history }
}

describe('a long log', () => {
  it('is read as far as the strategy needs, with the instructions in force', async () => {
    const { say } = await longConversation()
    const strategy = lastTurnsStrategy(2, 2)
    const first = await say([user('one')], { strategy })
    expect(first.sent).toEqual([
      'system: Be brief.',
      `user: question ${turns}`,
      `assistant: answer ${turns}`,
      'user: go',
      'assistant: so',
      'user: one',
    ])
    expect(first.plan.decisions[0]).toMatchObject({ from: null, count: null, action: 'dropped' })
    expect(first.plan.epoch.n).toBe(2)
    for (const [index, text] of ['two', 'three', 'four'].entries()) {
      const { plan, read, sent } = await say([user(text)], { strategy })
      expect(plan.epoch.n).toBe(index < 2 ? 2 : 3)
      expect(sent[0]).toBe('system: Be brief.')
      expect(read).toEqual({ turns: 12, outlines: 0 })
    }
  })

  it('has its instructions in force, however old they are', async () => {
    const { say } = await longConversation()
    const strategy = lastTurnsStrategy(1)
    for (let number = 0; number < 15; number++) {
      const { read, sent } = await say([user(`question ${number} more`)], { strategy })
      expect(sent[0]).toBe('system: Be brief.')
      expect(read.turns).toBeLessThan(14)
    }
  })

  it('that is sent along is compared with what came since the last time', async () => {
    const { history, say } = await longConversation()
    const sent = [...history, user('go'), assistant('so'), user('next')]
    const strategy = lastTurnsStrategy(1)
    await say(sent, { strategy })
    const again = await say([...sent, assistant('so'), user('last')], { strategy })
    expect(again.plan).toMatchObject({ matched: sent.length + 1, branched_at: null })
    expect(again.read.outlines).toBe(1)
    expect(again.read.turns).toBeLessThan(20)
    expect(again.sent.slice(-3)).toEqual(['user: next', 'assistant: so', 'user: last'])
  })

  it('is read whole by a strategy that sends all of it', async () => {
    const { say } = await longConversation()
    const { plan, sent } = await say([user('one')])
    expect(sent).toHaveLength(2 * turns + 4)
    expect(plan.decisions).toEqual([expect.objectContaining({ action: 'kept', count: turns + 1 })])
  })

  it('is read once by a strategy that sends all of it, and again once something is deleted', async () => {
    const { conversations, say } = await longConversation()
    const first = await say([user('one')])
    expect(first.read.turns).toBeGreaterThan(turns)
    const second = await say([user('two')])
    expect(second.read).toEqual({ turns: 12, outlines: 0 })
    expect(second.sent).toEqual([...first.sent, 'assistant: so', 'user: two'])
    const reference = { tenant: 'team/app', id: 'chat-1' }
    await conversations.removeItem(reference, first.turn.input[0]?.id ?? '')
    const third = await say([user('three')])
    expect(third.read.turns).toBeGreaterThan(turns)
    expect(third.sent).not.toContain('user: one')
    expect(third.sent.slice(0, 9)).toEqual(first.sent.slice(0, 9))
  })
})
