import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { assistant, call, output, system, user } from '../turns/test-support/items.ts'
import { openConversations, say, turnRequest } from './test-support/conversation-bench.ts'

const tenant = 'team/app'
const chat = 'chat-1'

const idOf = (item: Item | undefined): string => item?.id ?? ''

describe('items that are added', () => {
  it('follow the head as turns, and stand in the next prompt', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('one')], [assistant('first')])
    const added = await conversations.addItems({ tenant, id: chat }, [
      user('two'),
      assistant('second'),
      user('three'),
    ])
    expect(added.map(({ id }) => id.slice(0, 4))).toEqual(['msg_', 'msg_', 'msg_'])
    const { ccp } = await conversations.get(tenant, chat)
    expect(ccp).toMatchObject({ revision: 2, turns: 3 })
    const { sent } = await say(conversations, [user('four')], [])
    expect(sent).toEqual([
      'user: one',
      'assistant: first',
      'user: two',
      'assistant: second',
      'user: three',
      'user: four',
    ])
  })

  it('begin a conversation with instructions, and say others where they stand', async () => {
    const { conversations } = openConversations()
    const { id } = await conversations.create({ tenant })
    await conversations.addItems({ tenant, id }, [system('be kind'), user('one')])
    await conversations.addItems({ tenant, id }, [system('be brief'), user('two')])
    const { items } = await conversations.items(tenant, id, { order: 'asc' })
    expect(items.map((item) => item.type === 'message' && item.role)).toEqual([
      'system',
      'user',
      'system',
      'user',
    ])
    const { sent } = await say(conversations, [user('three')], [], { conversation: id })
    expect(sent).toEqual([
      'system: be kind',
      'user: one',
      'system: be brief',
      'user: two',
      'user: three',
    ])
  })

  it('keep ids that are free, and get others in the place of those that are taken', async () => {
    const { conversations } = openConversations()
    const mine = { ...user('one'), id: 'msg_mine' }
    const { id } = await conversations.create({ tenant, items: [mine] })
    const added = await conversations.addItems({ tenant, id }, [
      mine,
      { ...user('2'), id: 'msg_2' },
    ])
    expect(added[0]?.id).not.toBe('msg_mine')
    expect(added[1]?.id).toBe('msg_2')
  })

  it('wait for nothing: a running turn is a 400', async () => {
    const { conversations } = openConversations()
    await conversations.begin(turnRequest([user('one')]))
    await expect(conversations.addItems({ tenant, id: chat }, [user('two')])).rejects.toMatchObject(
      {
        status: 400,
        code: 'conversation_locked',
      },
    )
  })

  it('change nothing where there are none', async () => {
    const { conversations } = openConversations()
    const { id, ccp } = await conversations.create({ tenant, items: [user('one')] })
    expect(await conversations.addItems({ tenant, id }, [])).toEqual([])
    expect((await conversations.get(tenant, id)).ccp.revision).toBe(ccp.revision)
    await expect(conversations.addItems({ tenant, id: 'nobody' }, [])).rejects.toMatchObject({
      status: 404,
      code: 'conversation_not_found',
    })
  })
})

describe('an item that is deleted', () => {
  it('is gone from the store and from prompts', async () => {
    const { conversations, store } = openConversations()
    const { turn } = await say(conversations, [user('one'), user('secret')], [assistant('first')])
    const after = await conversations.removeItem({ tenant, id: chat }, idOf(turn.input[1]))
    expect(after.ccp).toMatchObject({ revision: 2, rewrites: 1, head: turn.id })
    expect(JSON.stringify(await store.turn(tenant, chat, turn.id))).not.toContain('secret')
    const { sent } = await say(conversations, [user('two')], [])
    expect(sent).toEqual(['user: one', 'assistant: first', 'user: two'])
  })

  it('leaves its pair to be repaired and named', async () => {
    const { conversations } = openConversations()
    const { turn } = await say(conversations, [user('one')], [call('c1')])
    await say(conversations, [output('c1', 'done')], [assistant('first')])
    await conversations.removeItem({ tenant, id: chat }, idOf(turn.output[0]))
    const { open } = await say(conversations, [user('two')], [])
    expect(open.items.map(({ type }) => type)).not.toContain('function_call_output')
    expect(open.plan.tool_groups.repairs).toEqual([
      expect.objectContaining({ call_id: 'c1', action: 'orphan_output_dropped' }),
    ])
  })

  it('takes along the reasoning that led to it, which providers would refuse alone', async () => {
    const { conversations } = openConversations()
    const thought = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] } as const
    const { turn } = await say(conversations, [user('one')], [thought, assistant('first')])
    const before = await say(conversations, [user('two')], [assistant('second')])
    expect(before.sent).toContain('reasoning')
    await conversations.removeItem({ tenant, id: chat }, idOf(turn.output[1]))
    const { sent } = await say(conversations, [user('three')], [])
    expect(sent).toEqual(['user: one', 'user: two', 'assistant: second', 'user: three'])
  })

  it('is a 404 when it is deleted again, and a 400 while its turn runs', async () => {
    const { conversations } = openConversations()
    const { turn } = await say(conversations, [user('one')], [assistant('first')])
    const first = idOf(turn.output[0])
    await conversations.removeItem({ tenant, id: chat }, first)
    await expect(conversations.removeItem({ tenant, id: chat }, first)).rejects.toMatchObject({
      status: 404,
      code: 'item_not_found',
    })
    const running = await conversations.begin(turnRequest([user('two')]))
    const asked = idOf(running.turn.input[0])
    await expect(conversations.removeItem({ tenant, id: chat }, asked)).rejects.toMatchObject({
      status: 400,
      code: 'conversation_locked',
    })
    await expect(
      conversations.removeItem({ tenant: 'other', id: chat }, asked),
    ).rejects.toMatchObject({
      status: 404,
      code: 'conversation_not_found',
    })
  })

  it('is a 409 under a legal hold, and a 412 at another revision', async () => {
    const { conversations } = openConversations()
    const { turn } = await say(conversations, [user('one')], [assistant('first')])
    const first = idOf(turn.output[0])
    const stale = { tenant, id: chat, expectedRevision: 7 }
    await expect(conversations.removeItem(stale, first)).rejects.toMatchObject({ status: 412 })
    await expect(conversations.addItems(stale, [user('two')])).rejects.toMatchObject({
      status: 412,
    })
    const here = { tenant, id: chat }
    await conversations.update(here, { retention: { legal_hold: true } })
    await expect(conversations.removeItem(here, first)).rejects.toMatchObject({
      status: 409,
      code: 'legal_hold',
    })
    await conversations.update(here, { retention: { legal_hold: false } })
    const { ccp } = await conversations.get(tenant, chat)
    await conversations.removeItem({ ...here, expectedRevision: ccp.revision }, first)
  })
})
