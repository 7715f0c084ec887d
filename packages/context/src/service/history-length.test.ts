import type { Item } from '@fairlead/llm'
import { expect, it } from 'vitest'
import type { StrategyInput } from '../plan/strategy-input.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { assistant, call, output, user } from '../turns/test-support/items.ts'
import { FakeClock } from '@fairlead/base/testing'
import { openConversations, say } from './test-support/conversation-bench.ts'

const strategyOf = (change: Partial<StrategyInput>): { readonly strategy: StrategyInput } => ({
  strategy: {
    name: 's',
    generation: 1,
    history: { mode: 'Full' },
    reserveOutputTokens: 0,
    onOverflow: 'Compact',
    ...change,
  },
})
const windowed = (highTokens: number, lowTokens: number) =>
  strategyOf({ history: { mode: 'TokenWindow', highTokens, lowTokens } })

let texts = 0
/** A text like no other, of so many tokens with the four of its message. */
const ofTokens = (tokens: number) => String(texts++).padStart(4, '0') + 'word'.repeat(tokens - 5)
const exchange = (tokens: number): [Item[], Item[]] => [
  [user(ofTokens(tokens / 2))],
  [assistant(ofTokens(tokens / 2))],
]

it('grows to the high mark and is cut to the low one, and its plan says so', async () => {
  const { conversations } = openConversations()
  const lengths: number[] = []
  let epochs = 0
  for (let turn = 0; turn < 30; turn += 1) {
    const { open } = await say(conversations, ...exchange(100), windowed(1000, 500))
    const history = open.plan.segments.find(({ kind }) => kind === 'history')
    lengths.push(history?.tokens ?? -1)
    epochs = open.plan.epoch.n
    if (turn === 11) {
      expect(open.plan.decisions).toMatchObject([
        { count: 6, action: 'dropped', rule: 'history.tokenWindow', reason: 'outside_window' },
        { count: 5, action: 'kept', rule: 'history.tokenWindow', reason: 'within_window' },
      ])
    }
  }
  expect(lengths.slice(0, 18)).toEqual([
    0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 500, 600, 700, 800, 900, 1000, 500,
  ])
  expect(Math.max(...lengths)).toBe(1000)
  expect(epochs).toBe(5)
})

it('keeps a tool loop whole, and cuts nothing while it is open', async () => {
  const { conversations } = openConversations()
  const strategy = windowed(200, 100)
  await say(conversations, ...exchange(180), strategy)
  const { sent: asked } = await say(conversations, [user('look')], [call('c1')], strategy)
  expect(asked).toHaveLength(3)
  const long = { ...output('c1'), output: ofTokens(300) } as Item
  const { open } = await say(conversations, [long], [call('c2')], strategy)
  expect(open.items).toHaveLength(5)
  await say(conversations, [output('c2')], [assistant('found')], strategy)
  const { sent } = await say(conversations, [user('next')], [assistant('a')], strategy)
  expect(sent).toEqual(['user: next'])
})

it.each([
  ['TokenWindow', windowed(2000, 1000), 1000],
  [
    'Summarize, before there is a summary',
    strategyOf({
      history: { mode: 'Summarize', triggerTokens: 1000, targetTokens: 500, keepLastTurns: 2 },
    }),
    1000,
  ],
])('reads of a long log no more than it may send: %s', async (_, strategy, tokens) => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
  const store = createMemoryStore({ clock, ttlMs: undefined })
  let read = 0
  const counted = {
    ...store,
    path: async (...query: Parameters<typeof store.path>) => {
      const turns = await store.path(...query)
      read += turns.length
      return turns
    },
  }
  Object.setPrototypeOf(counted, store)
  const { conversations } = openConversations({ clock, store: counted })
  const items = Array.from({ length: 2000 }, () => [user(ofTokens(50)), assistant(ofTokens(50))])
  await conversations.create({ tenant: 'team/app', id: 'chat-1', items: items.flat() })
  const { open } = await say(conversations, [user('q')], [assistant('a')], strategy)
  expect(open.plan.segments.find(({ kind }) => kind === 'history')?.tokens).toBe(tokens)
  expect(read).toBeLessThan(100)
})

it('is never longer than the budget for it, whatever the mode', async () => {
  const { conversations } = openConversations()
  const strategy = strategyOf({ historyTokens: 500 })
  for (let turn = 0; turn < 20; turn += 1) {
    const { open } = await say(conversations, ...exchange(100), strategy)
    const history = open.plan.segments.find(({ kind }) => kind === 'history')
    expect(history?.tokens).toBeLessThanOrEqual(500)
    expect(open.plan.budget).toEqual({ prompt: null, reserve_output: 0, history: 500 })
    if (turn === 6) {
      expect(open.plan.decisions[0]).toMatchObject({
        action: 'dropped',
        rule: 'budget.historyTokens',
        reason: 'over_budget',
      })
    }
  }
})
