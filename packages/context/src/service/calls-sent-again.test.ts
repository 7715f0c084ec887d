import { FakeClock } from '@fairlead/base/testing'
import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { assistant, brief, user } from '../turns/test-support/items.ts'
import type { OpenTurn, TurnEnd } from './conversations.ts'
import type { FollowedAnswer } from './followed-answer.ts'
import { openConversations, say, turnRequest, turnsOf } from './test-support/conversation-bench.ts'

const tenant = 'team/app'
const chat = 'chat-1'
const { signal } = new AbortController()
const completed = (...said: Item[]): TurnEnd => ({
  status: 'completed',
  output: said,
  usage: undefined,
  model: 'model-a',
})

describe('a call that an SDK sends again', () => {
  const sent = { requestDigest: 'd1' }
  const again = { requestDigest: 'd1', isRetry: true }

  it('joins its turn, or gets its answer', async () => {
    const { conversations } = openConversations()
    const first = await conversations.begin(turnRequest([user('1')], sent))
    const joined = await conversations.begin(turnRequest([user('1')], again))
    expect(joined.turn.id).toBe(first.turn.id)
    await first.finish(completed(assistant('a')))
    const replayed = await conversations.begin(turnRequest([user('1')], again))
    expect(replayed.earlier).toMatchObject({ stored: { output: [{ role: 'assistant' }] } })
    expect(await turnsOf(conversations, tenant, chat)).toHaveLength(1)
  })

  it('is another call where the same was said long ago, or nobody says that it is a retry', async () => {
    const { conversations, clock } = openConversations()
    await say(conversations, [user('yes')], [assistant('a')], sent)
    const same = await say(conversations, [user('yes')], [assistant('b')], sent)
    expect(same.open.earlier).toBeUndefined()
    await clock.advance(661_000)
    const late = await conversations.begin(turnRequest([user('yes')], again))
    expect(late.earlier).toBeUndefined()
  })

  it('takes the place of a turn that failed, also where only its bytes are the same', async () => {
    for (const request of [again, sent]) {
      const { conversations } = openConversations()
      const cut = await conversations.begin(turnRequest([user('1')], sent))
      await cut.finish({ ...completed(assistant('hal')), status: 'incomplete' })
      const next = await conversations.begin(turnRequest([user('1')], request))
      expect(next.turn.supersedes).toBe(cut.turn.id)
    }
  })

  it('follows a turn that was cancelled: somebody wanted it to end', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('0')], [assistant('before')])
    const cut = await conversations.begin(turnRequest([user('1')], sent))
    await cut.finish({ ...completed(assistant('hal')), status: 'cancelled' })
    const next = await conversations.begin(turnRequest([user('1')], sent))
    expect(next.turn.supersedes).toBeNull()
  })

  it('stands once after an end that could not be stored', async () => {
    const memory = createMemoryStore({ clock: new FakeClock(), ttlMs: undefined })
    let isDown = false
    const { conversations } = openConversations({
      store: {
        ...memory,
        finish: (...list) => (isDown ? Promise.reject(new Error('down')) : memory.finish(...list)),
      },
    })
    const first = await conversations.begin(turnRequest([user('1')], sent))
    isDown = true
    await expect(first.finish(completed(assistant('a')))).rejects.toMatchObject({ status: 503 })
    isDown = false
    const replayed = await conversations.begin(turnRequest([user('1')], again))
    expect(replayed.earlier).toMatchObject({ stored: { output: [{ role: 'assistant' }] } })
    const repeated = await conversations.begin(turnRequest([user('1')], sent))
    expect(repeated.turn.supersedes).toBe(first.turn.id)
  })
})

describe('an idempotency key', () => {
  const keyed = { idempotencyKey: 'k1', requestDigest: 'd1' }

  it('gives the turn that completed, and stores nothing', async () => {
    const { conversations } = openConversations()
    const { turn, open } = await say(conversations, [user('1')], [assistant('a')], keyed)
    await say(conversations, [user('2')], [assistant('b')])
    const again = await conversations.begin(turnRequest([user('1')], keyed))
    expect(again.turn).toEqual(turn)
    expect(again.earlier).toMatchObject({ stored: { output: turn.output } })
    expect(again.plan.id).toBe(open.plan.id)
    expect(await again.finish(completed())).toEqual(turn)
    expect(await turnsOf(conversations, tenant, chat)).toHaveLength(2)
  })

  it('joins the turn that still runs, from its beginning to its end', async () => {
    const { conversations } = openConversations()
    const first = await conversations.begin(turnRequest([user('1')], keyed))
    first.flush([assistant('a')])
    const again = await conversations.begin(turnRequest([user('1')], keyed))
    expect(again.turn.id).toBe(first.turn.id)
    const answer = joinedAnswer(again)
    expect((await answer.next(signal)).output.map(brief)).toEqual(['assistant: a'])
    const next = answer.next(signal)
    first.flush([assistant('ab')])
    expect(await next).toMatchObject({ output: [{ content: [{ text: 'ab' }] }], end: undefined })
    const last = answer.next(signal)
    await first.finish(completed(assistant('abc')))
    expect(await last).toMatchObject({
      end: { response: { output: [{ id: expect.any(String) }] } },
    })
    expect(await turnsOf(conversations, tenant, chat)).toHaveLength(1)
  })

  it('joins the turn of another process by what of it is stored', async () => {
    const { conversations, clock, store } = openConversations()
    const other = openConversations({ store, clock }).conversations
    const first = await other.begin(turnRequest([user('1')], keyed))
    const answer = joinedAnswer(await conversations.begin(turnRequest([user('1')], keyed)))
    expect(await answer.next(signal)).toEqual({ output: [], end: undefined })
    first.flush([assistant('a')])
    await clock.advance(250)
    const next = answer.next(signal)
    await clock.advance(100)
    expect((await next).output.map(brief)).toEqual(['assistant: a'])
    await first.finish({ ...completed(assistant('ab')), status: 'incomplete' })
    const last = answer.next(signal)
    await clock.advance(100)
    expect(await last).toMatchObject({ end: { error: { code: 'joined_call_failed' } } })
  })

  it('says that the turn of another process was cancelled', async () => {
    const { conversations, clock, store } = openConversations()
    const other = openConversations({ store, clock }).conversations
    const first = await other.begin(turnRequest([user('1')], keyed))
    const answer = joinedAnswer(await conversations.begin(turnRequest([user('1')], keyed)))
    await first.finish({ ...completed(assistant('a')), status: 'cancelled' })
    expect(await answer.next(signal)).toMatchObject({ end: { error: { code: 'turn_cancelled' } } })
  })

  it('begins the same conversation again, also when two begin it at once', async () => {
    const { conversations, clock, store } = openConversations()
    const other = openConversations({ store, clock }).conversations
    const [one, two] = await Promise.all([
      conversations.create({ tenant, key: 'k' }),
      other.create({ tenant, key: 'k' }),
    ])
    expect(one.id).toMatch(/^conv_[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(two).toEqual(one)
    expect((await conversations.create({ tenant: 'other', key: 'k' })).id).not.toBe(one.id)
  })

  it('of another request is a conflict', async () => {
    const { conversations } = openConversations()
    await say(conversations, [user('1')], [assistant('a')], keyed)
    const other = turnRequest([user('x')], { ...keyed, requestDigest: 'd2' })
    await expect(conversations.begin(other)).rejects.toMatchObject({
      status: 409,
      code: 'idempotency_conflict',
    })
  })

  it('of a turn that was cut takes its place: the question is there once', async () => {
    const { conversations } = openConversations()
    const cut = await conversations.begin(turnRequest([user('1')], keyed))
    await cut.finish({ ...completed(assistant('hal')), status: 'incomplete' })
    const { open, sent } = await say(conversations, [user('1')], [assistant('whole')], keyed)
    expect(sent).toEqual(['user: 1'])
    expect(open.turn.supersedes).toBe(cut.turn.id)
    const { items } = await conversations.items(tenant, chat, { order: 'asc' })
    expect(items.map(brief)).toEqual(['user: 1', 'assistant: whole'])
  })
})

function joinedAnswer({ earlier }: OpenTurn): FollowedAnswer {
  if (earlier === undefined || !('joined' in earlier)) throw new Error('nothing was joined')
  return earlier.joined
}
