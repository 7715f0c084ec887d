import { describe, expect, it } from 'vitest'
import { assistant, call, output, user } from '../turns/test-support/items.ts'
import {
  lastTurnsStrategy,
  openConversations,
  say,
  turnRequest,
} from './test-support/conversation-bench.ts'
import { brokenRules } from './test-support/pairing-rules.ts'

const tenant = 'team/app'
const id = 'chat-1'
const lastOne = { strategy: lastTurnsStrategy(1) }

async function pinnedFirst(turns: number) {
  const bench = openConversations()
  const { conversations } = bench
  const { turn } = await say(conversations, [user('q1')], [assistant('a1')], lastOne)
  await conversations.tree.pin({ tenant, id }, turn.id, true)
  for (let number = 2; number <= turns; number++) {
    await say(conversations, [user(`q${number}`)], [assistant(`a${number}`)], lastOne)
  }
  return { ...bench, pinned: turn.id }
}

describe('a pinned turn', () => {
  it.each([[3], [40]])('stands before the history, after %i turns', async (turns) => {
    const { conversations, pinned } = await pinnedFirst(turns)
    const { open, sent } = await say(conversations, [user('next')], [assistant('a')], lastOne)
    expect(sent).toEqual([
      'user: q1',
      'assistant: a1',
      `user: q${turns}`,
      `assistant: a${turns}`,
      'user: next',
    ])
    expect(brokenRules(open.items)).toEqual([])
    const { segments, decisions } = open.plan
    expect(segments.map(({ kind }) => kind)).toEqual([
      'tools',
      'system',
      'pinned',
      'history',
      'input',
    ])
    expect(segments[2]).toMatchObject({ ids: [pinned], cache: 'stable' })
    expect(decisions).toContainEqual(
      expect.objectContaining({ from: pinned, to: pinned, action: 'pinned', rule: 'turn.pinned' }),
    )
  })

  it('is sent once where the strategy keeps it anyway', async () => {
    const { conversations } = await pinnedFirst(1)
    const { sent } = await say(conversations, [user('next')], [assistant('a')], lastOne)
    expect(sent).toEqual(['user: q1', 'assistant: a1', 'user: next'])
  })

  it('is not sent any more once it is not pinned, nor on branches without it', async () => {
    const { conversations, pinned } = await pinnedFirst(3)
    const reference = { tenant, id }
    const edited = await conversations.plan(
      turnRequest([user('other')], { ...lastOne, edit: pinned }),
    )
    expect(edited.items).toHaveLength(1)
    await conversations.tree.pin(reference, pinned, false)
    const { sent } = await say(conversations, [user('next')], [assistant('a')], lastOne)
    expect(sent).toEqual(['user: q3', 'assistant: a3', 'user: next'])
  })

  it('begins another epoch when it is pinned or no longer', async () => {
    const { conversations, pinned } = await pinnedFirst(3)
    const { ccp } = await conversations.get(tenant, id)
    await conversations.tree.pin({ tenant, id }, pinned, false)
    await say(conversations, [user('next')], [assistant('a')], {
      strategy: lastTurnsStrategy(1, 9),
    })
    expect((await conversations.get(tenant, id)).ccp.epoch.n).toBeGreaterThan(ccp.epoch.n)
  })

  it('is none of a tool loop, nor one that runs', async () => {
    const { conversations } = openConversations()
    const { turn: asked } = await say(conversations, [user('q')], [call('c1')])
    const { turn: answered } = await say(conversations, [output('c1')], [assistant('a')])
    for (const { id: turn } of [asked, answered]) {
      await expect(conversations.tree.pin({ tenant, id }, turn, true)).rejects.toMatchObject({
        status: 400,
        code: 'turn_not_pinnable',
      })
    }
    const { turn: running } = await conversations.begin(turnRequest([user('q')]))
    await expect(conversations.tree.pin({ tenant, id }, running.id, true)).rejects.toMatchObject({
      code: 'turn_running',
    })
    await expect(
      conversations.tree.fork({ tenant, id }, { fromTurn: running.id, select: true }),
    ).rejects.toMatchObject({ status: 400, code: 'turn_running', param: 'from_turn' })
  })
})
