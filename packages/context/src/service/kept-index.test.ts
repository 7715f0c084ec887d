import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { wordKind } from '../retrieval/word-record.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import type { StrategyInput } from '../plan/strategy-input.ts'
import { seededRandom } from '../turns/test-support/seeded-random.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import { openConversations, settled, turnRequest } from './test-support/conversation-bench.ts'

const tenant = 'team/app'
const id = 'chat-1'
const turns = 200

const strategy: StrategyInput = {
  name: 'relevant',
  generation: 1,
  history: { mode: 'LastTurns', turns: 1, slackTurns: 0 },
  retrieval: { mode: 'BM25', maxTokens: 400, neighbours: 1 },
  reserveOutputTokens: 0,
  onOverflow: 'Compact',
}

const words = ['harbour', 'violin', 'glacier', 'saffron', 'turbine', 'meadow', 'quartz', 'lantern']

/** A long conversation, and whoever uses it, each of whom knows nothing of it at first. */
async function longChat() {
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
  const store = createMemoryStore({ clock, ttlMs: undefined })
  const random = seededRandom(3)
  const some = () =>
    Array.from({ length: 6 }, () => words[Math.floor(random() * words.length)]).join(' ')
  const items = Array.from({ length: turns }, (_, at) => [
    user(`Question ${at} about ${some()}`),
    assistant(`An answer with ${some()}`),
  ]).flat()
  await openConversations({ clock, store }).conversations.create({ tenant, id, items })
  const read: number[] = []
  const watched = {
    ...store,
    turnPage: async (...asked: Parameters<typeof store.turnPage>) => {
      const page = await store.turnPage(...asked)
      if (page.outcome === 'found') read.push(...page.entries.map(({ seq }) => seq))
      return page
    },
  }
  const open = () => openConversations({ clock, store: watched }).conversations
  const ask = async (question: string, conversations = open()) => {
    read.length = 0
    const request = turnRequest([user(question)], { strategy })
    const { items: sent, plan } = await conversations.plan(request)
    for (let round = 0; round < 20; round++) await settled()
    return { sent, passages: plan.retrieval?.passages }
  }
  const kept = () => store.records.list({ tenant, kind: wordKind, owner: id, limit: 100 })
  return { ask, clock, kept, open, read, store: watched }
}

it('the index of words is kept, and found as it was by whoever does not know it', async () => {
  const { ask, kept, read, store } = await longChat()
  const questions = ['Where is the violin in the harbour?', 'saffron and quartz', 'Question 77']
  const first = await Promise.all(questions.map((question) => ask(question)))
  expect(first[0]?.passages?.length).toBeGreaterThan(3)
  // Of 200 turns, three whole segments.
  expect(await kept()).toHaveLength(3)
  const again = []
  for (const question of questions) {
    again.push(await ask(question))
    expect(Math.min(...read)).toBe(193)
  }
  expect(again).toEqual(first)
  await store.records.removeOwner(tenant, id)
  expect(await ask(questions[0] ?? '')).toEqual(first[0])
  expect(Math.min(...read)).toBe(1)
})

it('what is deleted is in no kept index', async () => {
  const { ask, kept, open } = await longChat()
  await ask('Question 70')
  const conversations = open()
  const { items } = await conversations.items(tenant, id, { limit: 100, order: 'asc' })
  const { items: more } = await conversations.items(tenant, id, {
    limit: 100,
    order: 'asc',
    after: items.at(-1)?.id ?? '',
  })
  const asked = [...items, ...more].find((item) => JSON.stringify(item).includes('Question 70 '))
  await conversations.removeItem({ tenant, id }, asked?.id ?? '')
  expect((await kept()).map(({ body }) => body['number'])).toEqual([0, 2])
  const found = await ask('Question 70', conversations)
  expect(JSON.stringify(found.sent)).not.toContain('user: Question 70')
  expect((await kept()).map(({ body }) => body['number'])).toEqual([0, 1, 2])
  expect(await ask('Question 70')).toEqual(found)
})

it('what a failed deletion leaves of an index is deleted by a later turn', async () => {
  const { ask, clock, kept, open, store } = await longChat()
  await ask('Question 70')
  const conversations = open()
  const page = await store.turnPage(tenant, id, { limit: 1, order: 'asc' })
  const [turn] = page.outcome === 'found' ? page.entries : []
  const append = store.append.bind(store)
  // Somebody who has not heard of the deletion keeps an index meanwhile, and the process dies.
  const [before] = await kept()
  store.append = async (change) => {
    const outcome = await append(change)
    if (before !== undefined) await store.records.put(before, null)
    throw new Error(`the process dies after ${outcome}`)
  }
  await expect(
    conversations.removeItem({ tenant, id }, turn?.input[0]?.id ?? ''),
  ).rejects.toMatchObject({ status: 503 })
  store.append = append
  const bodies = async () => (await kept()).map(({ body }) => JSON.stringify(body))
  expect(await bodies()).toContain(JSON.stringify(before?.body))
  await clock.advance(61_000)
  await ask('Question 70')
  expect(await bodies()).not.toContain(JSON.stringify(before?.body))
})
