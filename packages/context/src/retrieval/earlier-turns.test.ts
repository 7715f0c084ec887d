import { FakeClock } from '@fairlead/base/testing'
import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { Conversations, TurnRequest } from '../service/conversations.ts'
import {
  openConversations,
  say,
  settled,
  turnRequest,
  turnsOf,
} from '../service/test-support/conversation-bench.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { itemText } from '../turns/item-text.ts'
import { assistant, user } from '../turns/test-support/items.ts'

const tenant = 'team/app'
const id = 'chat-1'

const strategy: TurnRequest['strategy'] = {
  name: 'relevant',
  generation: 1,
  history: { mode: 'LastTurns', turns: 1, slackTurns: 0 },
  retrieval: { mode: 'BM25', maxTokens: 400, neighbours: 1 },
  reserveOutputTokens: 0,
  onOverflow: 'Compact',
}

const topics = ['gardening', 'football', 'cooking', 'sailing', 'chess', 'painting', 'running']

/** Talk about other things, after something that is told once. */
async function chat(
  conversations: Conversations,
  first = 'The staging password expires on Friday.',
) {
  await say(conversations, [user(first)], [assistant('I will remember the date.')])
  for (const topic of topics) {
    const answer = `Here is a lot about ${topic}. `.repeat(20)
    await say(conversations, [user(`A question about ${topic}`)], [assistant(answer)])
  }
}

const blockIn = (items: readonly Item[]) =>
  items.map(itemText).findLast((text) => text.startsWith('<retrieved>')) ?? ''

async function ask(conversations: Conversations, question: string) {
  const planned = await conversations.plan(turnRequest([user(question)], { strategy }))
  return { block: blockIn(planned.items), plan: planned.plan }
}

describe('earlier turns', () => {
  it('that matter are quoted with role and time, in front of the question', async () => {
    const { conversations } = openConversations()
    await chat(conversations)
    const { block, plan } = await ask(conversations, 'When does the staging password expire?')
    expect(block).toContain('user: The staging password expires on Friday.')
    expect(block).toContain('at="2026-01-01T12:00"')
    const [first] = plan.retrieval?.passages ?? []
    const [told] = await turnsOf(conversations, tenant, id)
    expect(first).toMatchObject({ kind: 'turn', source: id, id: told?.id, action: 'retrieved' })
    expect(first?.score).toBeGreaterThan(1)
  })

  it('beside those that matter are quoted as well', async () => {
    const { conversations } = openConversations()
    await chat(conversations)
    const { block, plan } = await ask(conversations, 'When does the staging password expire?')
    expect(block).toContain('A question about gardening')
    expect(block).not.toContain('A question about cooking')
    expect(plan.retrieval?.passages.at(1)?.score).toBeNull()
  })

  it('are quoted in the parts that matter, within the budget', async () => {
    const { conversations } = openConversations()
    const long = `${'Filler about nothing in particular. '.repeat(60)}\n\nThe zebra sleeps in Paris.\n\n${'More filler, as before. '.repeat(60)}`
    await say(conversations, [user('Tell me')], [assistant(long)])
    for (const topic of topics) {
      await say(conversations, [user(`A question about ${topic}`)], [assistant('Hm.')])
    }
    const { block, plan } = await ask(conversations, 'Where does the zebra sleep?')
    expect(block).toContain('The zebra sleeps in Paris.')
    expect(block).toContain('[…]')
    expect(plan.segments.find(({ kind }) => kind === 'retrieval')?.tokens).toBeLessThan(400)
  })

  it.each([
    'Thanks!',
    'ok, great, please continue',
    'Sleep.',
    'Who discovered plutonium chloride?',
  ])('are not quoted for "%s"', async (said) => {
    const { conversations } = openConversations()
    await chat(conversations)
    const { block, plan } = await ask(conversations, said)
    expect(block).toBe('')
    expect(plan.retrieval).toEqual({ passages: [], passages_total: 0, problems: [] })
  })

  it('are quoted once as long as the prompt has the quotation', async () => {
    const { conversations } = openConversations()
    await chat(conversations)
    const long = { ...strategy, history: { mode: 'LastTurns', turns: 2, slackTurns: 2 } } as const
    const question = 'When does the staging password expire?'
    const first = await say(conversations, [user(question)], [assistant('Friday')], {
      strategy: long,
    })
    expect(blockIn(first.open.items)).toContain('on Friday.')
    const again = await conversations.plan(
      turnRequest([user(`${question} Tell me.`)], { strategy: long }),
    )
    const quotations = again.items.filter((item) => itemText(item).includes('user: The staging'))
    expect(quotations).toHaveLength(1)
  })

  it('are those of the path: not of other branches, and not what its caller deleted', async () => {
    const { conversations } = openConversations()
    await chat(conversations)
    const [first, second] = await turnsOf(conversations, tenant, id)
    const reference = { tenant, id }
    const fork = { fromTurn: second?.id ?? '', name: 'other', select: true }
    await conversations.tree.fork(reference, fork)
    await say(conversations, [user('The quokka lives on Rottnest.')], [assistant('It does.')])
    await say(conversations, [user('Something else')], [assistant('Fine')])
    const question = 'Where does the quokka live on Rottnest?'
    expect((await ask(conversations, question)).block).toContain('quokka')
    await conversations.tree.selectBranch(reference, 'main')
    expect((await ask(conversations, question)).block).toBe('')
    const [item] = first?.input ?? []
    await conversations.removeItem(reference, item?.id ?? '')
    const { block } = await ask(conversations, 'When does the staging password expire on Friday?')
    expect(block).not.toContain('Friday')
  })

  it('are known to every call, whichever process has added them', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
    const store = createMemoryStore({ clock, ttlMs: undefined })
    const [one, other] = [openConversations({ clock, store }), openConversations({ clock, store })]
    await chat(one.conversations)
    const question = 'When does the staging password expire?'
    expect((await ask(other.conversations, question)).block).toContain('Friday')
    await say(
      one.conversations,
      [user('The staging certificate expires in May.')],
      [assistant('ok')],
    )
    await say(one.conversations, [user('Something else')], [assistant('Fine')])
    const certificate = await ask(other.conversations, 'When does the staging certificate expire?')
    expect(certificate.block).toContain('May')
  })

  it('are left out where they cannot be read in time, and are there for a later call', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
    const store = createMemoryStore({ clock, ttlMs: undefined })
    await chat(openConversations({ clock, store }).conversations)
    const held: (() => void)[] = []
    const slow = {
      ...store,
      turnPage: async (...request: Parameters<typeof store.turnPage>) => {
        await new Promise<void>((resolve) => held.push(resolve))
        return store.turnPage(...request)
      },
    }
    const { conversations } = openConversations({ clock, store: slow, deadlineMs: 60_000 })
    const asking = ask(conversations, 'When does the staging password expire?')
    while (held.length === 0) await settled()
    await clock.advance(2000)
    const { block, plan } = await asking
    expect(block).toBe('')
    expect(plan.retrieval?.problems).toEqual([
      { kind: 'turn', source: id, problem: 'it took longer than 2000 ms' },
    ])
    held.forEach((resolve) => resolve())
    await settled()
    expect((await ask(conversations, 'When does the staging password expire?')).block).toContain(
      'Friday',
    )
  })
})
