import { FakeClock } from '@fairlead/base/testing'
import { ModelError } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { assistant, brief, system, user } from '../turns/test-support/items.ts'
import { openConversations, say, turnRequest } from './test-support/conversation-bench.ts'

/** Conversations whose store counts everything that is written to it. */
function countedConversations() {
  const clock = new FakeClock()
  const store = createMemoryStore({ clock, ttlMs: undefined })
  const written = { changes: 0 }
  const counted = <Result>(result: Result): Result => {
    written.changes++
    return result
  }
  const watched: ContextStore = {
    ...store,
    append: (change) => counted(store.append(change)),
    flush: (outputs) => counted(store.flush(outputs)),
    finish: (tenant, change) => counted(store.finish(tenant, change)),
    remove: (tenant, id) => counted(store.remove(tenant, id)),
  }
  return { ...openConversations({ store: watched, clock }), written }
}

describe('a dry run', () => {
  it.each([
    ['a new conversation', undefined, 'new', ['user: two']],
    ['an id that does not exist', 'elsewhere', 'elsewhere', ['user: two']],
    ['an existing conversation', 'chat-1', 'chat-1', ['user: one', 'assistant: a', 'user: two']],
  ])('for %s makes a plan and stores nothing', async (_, conversation, named, sent) => {
    const { conversations, written } = countedConversations()
    await say(conversations, [user('one')], [assistant('a')])
    const changes = written.changes
    const request = { ...turnRequest([user('two')]), conversation }
    const { plan, items } = await conversations.plan(request)
    expect(items.map(brief)).toEqual(sent)
    expect(plan.conversation).toBe(named)
    expect(written.changes).toBe(changes)
  })

  it('for a new conversation makes the plan of its first turn', async () => {
    const { conversations } = countedConversations()
    const request = turnRequest([system('be kind'), user('hi {{name}}')], {
      variables: { name: 'Ada' },
      persona: {
        name: 'helpful',
        generation: 1,
        hash: 'sha256:1',
        instructions: 'You are {{name}}.',
        variables: [],
        tools: [{ name: 'look_up' }],
      },
    })
    const dry = await conversations.plan({ ...request, conversation: undefined })
    const { id } = await conversations.create({ tenant: request.tenant })
    const open = await conversations.begin({ ...request, conversation: id })
    expect(dry.items).toEqual(open.items)
    expect(dry.tools).toEqual(open.tools)
    const masked = { id: '', conversation: '' }
    expect({ ...dry.plan, ...masked }).toEqual({ ...open.plan, ...masked })
  })

  it.each([
    ['an id of our own form that was never assigned', 'conv_01JD0000000000000000000000', 404],
    ['an id that is not well-formed', 'has space', 400],
  ])('is refused for %s', async (_, conversation, status) => {
    const { conversations } = countedConversations()
    const plan = conversations.plan(turnRequest([user('hi')], { conversation }))
    await expect(plan).rejects.toThrow(ModelError)
    await expect(plan).rejects.toMatchObject({ status })
  })

  it('for a new conversation is at revision 0', async () => {
    const { conversations } = countedConversations()
    const request = { ...turnRequest([user('hi')]), conversation: undefined }
    expect((await conversations.plan({ ...request, expectedRevision: 0 })).plan.at_revision).toBe(0)
    const stale = conversations.plan({ ...request, expectedRevision: 3 })
    await expect(stale).rejects.toMatchObject({ code: 'revision_conflict' })
  })
})
