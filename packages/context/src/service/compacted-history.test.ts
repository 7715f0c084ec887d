import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { assistant, brief, call, output, user } from '../turns/test-support/items.ts'
import type { Conversations } from './conversations.ts'
import {
  openConversations,
  promptTarget,
  say,
  turnRequest,
} from './test-support/conversation-bench.ts'

const dialect = 'openai-responses'
const target = promptTarget('gpt-a')

function compaction(id: string): Item {
  const block = { type: 'compaction', id, encrypted_content: `sealed ${id}` }
  return { type: 'fairlead:native', id, role: 'assistant', dialect, block }
}

/** What is sent, and what its plan says. */
async function next(conversations: Conversations, model: string, window?: number) {
  const { items, plan } = await conversations.plan(turnRequest([user('next')], { model, window }))
  const decisions = plan.decisions.map(({ action, count, reason }) => [action, count, reason])
  const sent = items.map((item) => (item.type === 'fairlead:native' ? 'compaction' : brief(item)))
  return { plan, decisions, sent }
}

async function compacted() {
  const bench = openConversations()
  const { conversations } = bench
  const tell = (question: string, answer: readonly Item[]) =>
    say(conversations, [user(question)], answer, { model: target.model })
  await tell('one', [assistant('1')])
  await tell('two', [assistant('2')])
  await tell('three', [compaction('cmp_1'), assistant('3')])
  await tell('four', [assistant('4')])
  return { ...bench, tell }
}

const plain = ['one', '1', 'two', '2', 'three', '3', 'four', '4', 'next'].map((text, index) =>
  index % 2 === 0 ? `user: ${text}` : `assistant: ${text}`,
)

describe('a history that its provider has compacted', () => {
  it('begins with the compaction for who made it, and the plan says what that stands for', async () => {
    const { conversations } = await compacted()
    const { decisions, plan, sent } = await next(conversations, target.model)
    expect(sent).toEqual(['compaction', 'assistant: 3', 'user: four', 'assistant: 4', 'user: next'])
    const item = expect.stringMatching(/./) as string
    expect(plan.compaction).toEqual({ turn: plan.decisions[1]?.from, item })
    expect(decisions).toEqual([
      ['summarised', 2, 'compacted_by_provider'],
      ['kept', 2, 'full_history'],
    ])
  })

  it('is told turn by turn to any other model, whom the compaction is not sent', async () => {
    const { conversations } = await compacted()
    const { plan, sent } = await next(conversations, 'gpt-b')
    expect(sent).toEqual(plain)
    expect(plan.compaction).toBeUndefined()
    expect(plan.sealed).toMatchObject([{ reason: 'model_mismatch' }])
  })

  it('begins with the newest of several', async () => {
    const { conversations, tell } = await compacted()
    await tell('five', [compaction('cmp_2'), assistant('5')])
    const { sent } = await next(conversations, target.model)
    expect(sent).toEqual(['compaction', 'assistant: 5', 'user: next'])
  })

  it('is told turn by turn once a turn before it is pinned', async () => {
    const { conversations } = await compacted()
    const named = { tenant: 'team/app', id: 'chat-1' }
    const { turns } = await conversations.tree.turns(named.tenant, named.id, {
      limit: 1,
      order: 'asc',
    })
    await conversations.tree.pin(named, turns[0]?.id ?? '', true)
    const { plan, sent } = await next(conversations, target.model)
    expect(sent).toEqual(plain)
    expect(plan.sealed).toContainEqual(expect.objectContaining({ reason: 'covers_pinned' }))
  })

  it('is told turn by turn where a call before the compaction would lose its output', async () => {
    const { conversations } = openConversations()
    const { model } = target
    await say(conversations, [user('one')], [call('c1'), compaction('cmp_1')], { model })
    await say(conversations, [output('c1')], [assistant('done')], { model })
    const { plan, sent } = await next(conversations, model)
    expect(sent).toHaveLength(5)
    expect(plan.compaction).toBeUndefined()
  })

  it('is told turn by turn once something that the compaction may tell is deleted', async () => {
    const { conversations, store, tell } = await compacted()
    await tell('five', [compaction('cmp_2'), assistant('5')])
    const named = { tenant: 'team/app', id: 'chat-1' }
    const turnAt = async (seq: number) => {
      const asked = { limit: 10, order: 'asc' } as const
      return (await conversations.tree.turns(named.tenant, named.id, asked)).turns[seq]
    }
    const [four, one] = [await turnAt(3), await turnAt(0)]
    await conversations.removeItem(named, four?.input[0]?.id ?? '')
    const after = await next(conversations, target.model)
    expect(after.sent[0]).toBe('compaction')
    expect(after.plan.compaction?.turn).toBe((await turnAt(2))?.id)
    await conversations.removeItem(named, one?.output[0]?.id ?? '')
    const { plan, sent } = await next(conversations, target.model)
    expect(sent.slice(0, 3)).toEqual(['user: one', 'user: two', 'assistant: 2'])
    expect(plan.compaction).toBeUndefined()
    const stored = await store.turnPage(named.tenant, named.id, { limit: 10, order: 'asc' })
    expect(JSON.stringify(stored)).not.toContain('sealed cmp_')
  })

  it('is not compacted meanwhile: nothing that a running turn was sent is deleted', async () => {
    const { conversations } = await compacted()
    const named = { tenant: 'team/app', id: 'chat-1' }
    const asked = { limit: 10, order: 'asc' } as const
    const [first] = (await conversations.tree.turns(named.tenant, named.id, asked)).turns
    const open = await conversations.begin(turnRequest([user('go')], { model: target.model }))
    const remove = () => conversations.removeItem(named, first?.input[0]?.id ?? '')
    await expect(remove()).rejects.toMatchObject({ code: 'conversation_locked' })
    await open.answering(target, 1)
    const said = [compaction('cmp_3'), assistant('done')]
    await open.finish({ status: 'completed', output: said, usage: undefined, model: target.model })
    await remove()
    const { sent } = await next(conversations, target.model)
    expect(sent).not.toContain('compaction')
  })

  it('does not count what the compaction stands for', async () => {
    const { conversations } = openConversations()
    const { model } = target
    const long = 'long '.repeat(400)
    await say(conversations, [user(long)], [assistant(long)], { model })
    await say(conversations, [user(long)], [compaction('cmp_1'), assistant('2')], { model })
    const { plan, sent } = await next(conversations, model, 300)
    expect(sent).toEqual(['compaction', 'assistant: 2', 'user: next'])
    expect(plan.segments.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThan(100)
  })

  it('loses the compaction, and not only turns that it stands for, where the window is too small', async () => {
    const { conversations, tell } = await compacted()
    await tell('five', [assistant('5 '.repeat(400))])
    await tell('six', [assistant('6')])
    const { plan, sent } = await next(conversations, target.model, 120)
    expect(sent).toEqual(['user: six', 'assistant: 6', 'user: next'])
    expect(plan.compaction).toBeUndefined()
  })
})
