import { ModelError } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { assistant, brief, user } from '../turns/test-support/items.ts'
import type { Concurrency, OpenTurn, TurnCaller, TurnEnd, TurnRequest } from './conversations.ts'
import {
  openConversations,
  say,
  settled,
  turnRequest,
  turnsOf,
} from './test-support/conversation-bench.ts'

const tenant = 'team/app'
const chat = 'chat-1'
const ended = (status: TurnEnd['status'], text?: string): TurnEnd => ({
  status,
  output: text === undefined ? [] : [assistant(text)],
  usage: undefined,
  model: 'model-a',
})

/** A turn whose caller ends it, as the gateway does, when it is told to. */
async function obedient(
  { conversations }: Pick<Bench, 'conversations'>,
  text: string,
  change: Partial<TurnRequest> = {},
) {
  const told: string[] = []
  const caller: TurnCaller = {
    cancel(error) {
      told.push(error.message)
      void open.finish(ended('cancelled', 'so far'))
    },
  }
  const open: OpenTurn = await conversations.begin(turnRequest([user(text)], change), caller)
  return { open, told }
}

type Bench = ReturnType<typeof openConversations>

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as ModelError,
  )

const inMode = (mode: Concurrency['mode']) => ({ onConcurrent: { mode, maxWaitMs: 10_000 } })

describe('a running turn', () => {
  it('ends as cancelled when it is told to, and the next may begin', async () => {
    const bench = openConversations()
    const { open, told } = await obedient(bench, '1')
    const turn = await bench.conversations.cancelTurn(tenant, chat)
    expect(turn).toMatchObject({ id: open.turn.id, status: 'cancelled' })
    expect(told).toEqual(['The turn was cancelled.'])
    expect(await bench.conversations.cancelTurn(tenant, chat, open.turn.id)).toEqual(turn)
    const { sent } = await say(bench.conversations, [user('2')], [])
    expect(sent).toEqual(['user: 1', 'assistant: so far', 'user: 2'])
    expect(bench.clock.pendingTimers).toBe(1)
  })

  it('is followed by all who asked the same meanwhile, each with a question of its own', async () => {
    const { conversations } = openConversations()
    const first = await conversations.begin(turnRequest([user('hi')]))
    const waiting = [1, 2, 3].map(() => conversations.begin(turnRequest([user('hi')])))
    await first.finish(ended('completed', 'hello'))
    for (const one of waiting) await (await one).finish(ended('completed', 'hello'))
    const { sent } = await say(conversations, [user('bye')], [])
    expect(sent).toHaveLength(9)
  })

  it('is ended for its caller that does not end it in time', async () => {
    const { conversations, clock } = openConversations()
    const open = await conversations.begin(turnRequest([user('1')]))
    open.flush([assistant('so far')])
    await clock.advance(250)
    const waiting = conversations.begin(turnRequest([user('2')]))
    const cancelling = conversations.cancelTurn(tenant, chat)
    await settled()
    await clock.advance(2000)
    expect(await cancelling).toMatchObject({ id: open.turn.id, status: 'cancelled' })
    expect((await waiting).items.map(brief)).toEqual(['user: 1', 'assistant: so far', 'user: 2'])
    expect(await failure(open.finish(ended('completed', 'late')))).toMatchObject({ status: 409 })
    const statuses = (await turnsOf(conversations, tenant, chat)).map(({ status }) => status)
    expect(statuses).toEqual(['cancelled', 'in_progress'])
  })

  it('that a crash has left behind can be cancelled too', async () => {
    const { conversations, clock, store } = openConversations()
    const crashed = openConversations({ store, clock, random: () => 0.5 }).conversations
    await crashed.begin(turnRequest([user('1')]))
    expect(await conversations.cancelTurn(tenant, chat)).toMatchObject({ status: 'cancelled' })
    expect((await say(conversations, [user('2')], [])).turn.seq).toBe(2)
  })

  it('is not there: 404', async () => {
    const { conversations } = openConversations()
    expect(await failure(conversations.cancelTurn(tenant, chat))).toMatchObject({
      code: 'conversation_not_found',
    })
    await say(conversations, [user('1')], [])
    expect(await failure(conversations.cancelTurn(tenant, chat, 'turn_x'))).toMatchObject({
      code: 'turn_not_found',
    })
    expect(await failure(conversations.cancelTurn('other', chat))).toMatchObject({ status: 404 })
  })

  it('gives way to the next message when nobody listens to it', async () => {
    const bench = openConversations()
    const { open, told } = await obedient(bench, '1')
    open.callerLeft()
    await settled()
    expect(told).toEqual([])
    const next = await bench.conversations.begin(turnRequest([user('2')]))
    expect(told).toHaveLength(1)
    expect(next.items.map(brief)).toEqual(['user: 1', 'assistant: so far', 'user: 2'])
  })

  it('does not give way while another call follows its answer', async () => {
    const bench = openConversations()
    const keyed = { idempotencyKey: 'k', requestDigest: 'd' }
    const { open, told } = await obedient(bench, '1', keyed)
    open.callerLeft()
    const follower = new AbortController()
    const request = turnRequest([user('1')], keyed)
    const again = await bench.conversations.begin(request, { signal: follower.signal })
    expect(again).toMatchObject({ turn: { id: open.turn.id }, earlier: { joined: {} } })
    const next = bench.conversations.begin(turnRequest([user('2')]))
    await settled()
    expect(told).toEqual([])
    follower.abort()
    expect((await next).turn.seq).toBe(2)
    expect(told).toHaveLength(1)
  })

  it('is interrupted', async () => {
    const bench = openConversations()
    const { told } = await obedient(bench, '1')
    const queued = bench.conversations.begin(turnRequest([user('2')]))
    await settled()
    const next = await bench.conversations.begin(turnRequest([user('3')], inMode('Interrupt')))
    expect(told).toEqual(['A newer message of the conversation has interrupted this turn.'])
    expect(next.turn.seq).toBe(2)
    await next.finish(ended('completed', 'b'))
    expect((await queued).turn.seq).toBe(3)
  })

  it('refuses others at once where they want that, but answers one that it has answered', async () => {
    const { conversations } = openConversations()
    const keyed = { idempotencyKey: 'k', requestDigest: 'd' }
    const { turn } = await say(conversations, [user('1')], [assistant('a')], keyed)
    await conversations.begin(turnRequest([user('2')]))
    const refused = conversations.begin(turnRequest([user('3')], inMode('Reject')))
    expect(await failure(refused)).toMatchObject({
      status: 400,
      code: 'conversation_locked',
      retryAfterSeconds: 2,
    })
    const again = conversations.begin(turnRequest([user('1')], { ...keyed, ...inMode('Reject') }))
    expect((await again).turn).toEqual(turn)
  })

  it('keeps the finish reason and the response that tells its answer', async () => {
    const { conversations } = openConversations()
    const open = await conversations.begin(turnRequest([user('1')], { response: 'resp_1' }))
    expect((await turnsOf(conversations, tenant, chat))[0]?.response).toBe('resp_1')
    const turn = await open.finish({ ...ended('completed', 'a'), finishReason: 'length' })
    expect(turn).toMatchObject({ finish_reason: 'length', response: 'resp_1' })
  })
})

describe('calls that wait', () => {
  it('run in the order in which they came', async () => {
    const { conversations } = openConversations()
    const first = await conversations.begin(turnRequest([user('0')]))
    const order: string[] = []
    const others = Array.from({ length: 20 }, async (_, index) => {
      const open = await conversations.begin(turnRequest([user(`${index + 1}`)]))
      order.push(`${index + 1}`)
      await open.finish(ended('completed', 'a'))
    })
    await settled()
    await first.finish(ended('completed', 'a'))
    await Promise.all(others)
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => `${index + 1}`))
  })

  it('are refused when they may wait no longer', async () => {
    const { conversations } = openConversations()
    const running = await conversations.begin(turnRequest([user('1')]))
    const waiting = failure(conversations.begin(turnRequest([user('2')])))
    await settled()
    const stopping = new ModelError('unavailable', 'stopping', { code: 'shutting_down' })
    conversations.refuseWaiting(stopping)
    expect(await waiting).toBe(stopping)
    expect(await failure(conversations.begin(turnRequest([user('3')])))).toBe(stopping)
    await running.finish(ended('completed', 'a'))
    expect((await say(conversations, [user('4')], [])).turn.seq).toBe(2)
  })

  it('give their place away when they cannot have their turn', async () => {
    const { conversations } = openConversations()
    const wrong = conversations.begin(turnRequest([user('x')], { createIfMissing: false }))
    expect(await failure(wrong)).toMatchObject({ code: 'conversation_not_found' })
    const empty = conversations.begin(turnRequest([]))
    expect(await failure(empty)).toMatchObject({ status: 400 })
    expect((await say(conversations, [user('1')], [])).turn.seq).toBe(1)
  })

  it('cost the store nothing while they wait', async () => {
    const { store, clock } = openConversations()
    let loads = 0
    const basis: typeof store.basis = (...query) => {
      loads += 1
      return store.basis(...query)
    }
    const watched = { ...store, basis }
    const { conversations } = openConversations({ store: watched, clock })
    const first = await conversations.begin(turnRequest([user('1')]))
    const others = Array.from({ length: 50 }, (_, index) =>
      say(conversations, [user(`${index}`)], [assistant('a')]),
    )
    await clock.advance(5000)
    expect(loads).toBe(1)
    await first.finish(ended('completed', 'a'))
    await Promise.all(others)
    expect(loads).toBe(51)
  })
})

it('a turn of a conversation that is deleted is told to end', async () => {
  const bench = openConversations()
  const { told } = await obedient(bench, '1')
  await bench.conversations.remove(tenant, chat)
  expect(told).toEqual(['The turn was cancelled.'])
})
