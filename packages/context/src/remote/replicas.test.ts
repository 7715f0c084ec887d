import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import type { Conversations, OpenTurn, TurnRequest } from '../service/conversations.ts'
import { settled, turnRequest, turnsOf } from '../service/test-support/conversation-bench.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { memberLeaseMs } from '../stores/store-members.ts'
import { SharedMemory } from '../stores/test-support/shared-memory.ts'
import { replicaOf, type Replica } from './test-support/replica.ts'

async function replicas(...names: readonly string[]) {
  const clock = new FakeClock()
  const shared = new SharedMemory({ data: createMemoryStore({ clock, ttlMs: undefined }), clock })
  return {
    clock,
    shared,
    all: await Promise.all(names.map((name) => replicaOf(shared, name, clock, 1))),
  }
}

async function two() {
  const { clock, shared, all } = await replicas('one', 'two')
  const [one, other] = all
  if (one === undefined || other === undefined) throw new Error('there are two')
  return { clock, shared, one: used(one), other: used(other) }
}

/** The only worker of a replica. */
function used({ member, owner, workers: [conversations] }: Replica) {
  if (conversations === undefined) throw new Error('it has a worker')
  return { member, owner, conversations }
}

const question = (said: string, change: Partial<TurnRequest> = {}) =>
  turnRequest([{ type: 'message', role: 'user', content: [{ type: 'input_text', text: said }] }], {
    tenant: 'a',
    conversation: 'c1',
    ...change,
  })
const said = (text: string) => [
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] } as const,
]
const end = (status: 'completed' | 'cancelled') =>
  ({ status, output: said('answer'), usage: undefined, model: 'm' }) as const

/** A call that ends its turn when it is told to. */
async function stoppable(conversations: Conversations, request: TurnRequest): Promise<OpenTurn> {
  const open: OpenTurn = await conversations.begin(request, {
    cancel: () => void open.finish(end('cancelled')).catch(() => {}),
  })
  return open
}

/** The clock goes on, in small steps, until it is done. */
async function soon<T>(clock: FakeClock, work: Promise<T>, withinMs = 60_000): Promise<T> {
  let isDone = false
  work.then(
    () => (isDone = true),
    () => (isDone = true),
  )
  for (let passedMs = 0; !isDone; passedMs += 10) {
    if (passedMs > withinMs) throw new Error(`it is not done after ${withinMs} ms`)
    await clock.advance(10)
    await settled()
  }
  return work
}

const statuses = async (conversations: Conversations) =>
  (await turnsOf(conversations, 'a', 'c1')).map(({ status }) => status)

describe('two replicas', () => {
  it('run the turns of a conversation one after the other, without waiting for a look', async () => {
    const { clock, one, other } = await two()
    const first = await soon(clock, one.conversations.begin(question('one')), 100)
    const waiting = other.conversations.begin(question('two'))
    await clock.advance(1200)
    await first.finish(end('completed'))
    const second = await soon(clock, waiting, 50)
    expect(second.turn.seq).toBe(2)
    await second.finish(end('completed'))
    expect(await statuses(one.conversations)).toEqual(['completed', 'completed'])
  })

  it('have the place in turn when calls of both wait', async () => {
    const { clock, one, other } = await two()
    const order: string[] = []
    const running = await soon(clock, one.conversations.begin(question('first')))
    const calls = [1, 2, 3, 4].flatMap((number) =>
      [one, other].map(async ({ conversations, member }) => {
        const request = question(`${number}`, { onConcurrent: { mode: 'Queue', maxWaitMs: 1e6 } })
        const turn = await conversations.begin(request)
        order.push(`${member.store.members.self} ${number}`)
        await turn.finish(end('completed'))
      }),
    )
    await clock.advance(600)
    await running.finish(end('completed'))
    await soon(clock, Promise.all(calls))
    const perReplica = (name: string) => order.filter((begun) => begun.startsWith(name))
    for (const name of ['one', 'two']) {
      expect(perReplica(name)).toEqual([1, 2, 3, 4].map((number) => `${name} ${number}`))
    }
    // Neither lets the other wait for all of its own.
    expect(new Set(order.slice(0, 4).map((begun) => begun.split(' ')[0])).size).toBe(2)
  })

  it('refuse a call that does not queue, but not when the other is about to leave', async () => {
    const { clock, one, other } = await two()
    const reject = { onConcurrent: { mode: 'Reject', maxWaitMs: 30_000 } } as const
    const first = await soon(clock, stoppable(one.conversations, question('one')))
    const refused = soon(clock, other.conversations.begin(question('two', reject)), 300)
    await expect(refused).rejects.toMatchObject({ code: 'conversation_locked' })
    first.callerLeft()
    const second = await soon(clock, other.conversations.begin(question('two', reject)), 2000)
    expect(second.turn.seq).toBe(2)
    expect(await statuses(one.conversations)).toEqual(['cancelled', 'in_progress'])
  })

  it('interrupt each other where that is wished, before those that queue', async () => {
    const { clock, one, other } = await two()
    const interrupt = { onConcurrent: { mode: 'Interrupt', maxWaitMs: 30_000 } } as const
    await soon(clock, stoppable(one.conversations, question('one')))
    const queued = stoppable(other.conversations, question('two'))
    await clock.advance(20)
    const interrupting = soon(
      clock,
      stoppable(other.conversations, question('three', interrupt)),
      1000,
    )
    const third = await interrupting
    expect(third.turn.seq).toBe(2)
    await third.finish(end('completed'))
    expect((await soon(clock, queued)).turn.seq).toBe(3)
    expect(await statuses(one.conversations)).toEqual(['cancelled', 'completed', 'in_progress'])
  })

  it('take the place from a turn that does not end when it is interrupted', async () => {
    const { clock, one, other } = await two()
    const interrupt = { onConcurrent: { mode: 'Interrupt', maxWaitMs: 30_000 } } as const
    const stuck = await soon(clock, one.conversations.begin(question('one')))
    const next = await soon(clock, other.conversations.begin(question('two', interrupt)), 3000)
    expect(next.turn.seq).toBe(2)
    expect(await statuses(one.conversations)).toEqual(['cancelled', 'in_progress'])
    await expect(stuck.finish(end('completed'))).rejects.toThrow('was taken for abandoned')
    expect(await statuses(one.conversations)).toEqual(['cancelled', 'in_progress'])
  })

  it('stop on one what runs on the other', async () => {
    const { clock, one, other } = await two()
    const open = await soon(clock, stoppable(one.conversations, question('one')))
    const named = soon(clock, other.conversations.cancelTurn('a', 'c1', open.turn.id), 500)
    expect(await named).toMatchObject({ status: 'cancelled' })
    await soon(clock, stoppable(other.conversations, question('two')))
    const whichever = soon(clock, one.conversations.cancelTurn('a', 'c1'), 500)
    expect(await whichever).toMatchObject({ status: 'cancelled', seq: 2 })
  })

  it('cancel on one a response that runs on the other', async () => {
    const { clock, one, other } = await two()
    const begin = {
      id: 'resp_1',
      tenant: 'a',
      previous: null,
      conversation: null,
      status: 'in_progress',
      background: true,
      body: {},
      input: [],
      created_at: 1,
    } as const
    const open = await one.conversations.responses.begin(begin, () => {
      void open.finish({ status: 'cancelled', body: {}, output: [], error: null, frames: [] })
    })
    const cancelled = soon(clock, other.conversations.responses.cancel('a', 'resp_1'), 500)
    expect(await cancelled).toMatchObject({ status: 'cancelled' })
  })

  it('follow on one what runs on the other, which does not end for want of listeners', async () => {
    const { clock, one, other } = await two()
    const open = await soon(clock, stoppable(one.conversations, question('one')))
    const { answer } = await other.conversations.follow('a', 'c1', open.turn.id)
    if (!('joined' in answer)) throw new Error('it runs')
    const { signal } = new AbortController()
    open.callerLeft()
    const waiting = other.conversations.begin(question('two'))
    open.flush(said('par'))
    await clock.advance(10_000)
    expect(await statuses(one.conversations)).toEqual(['in_progress'])
    expect(await answer.joined.next(signal)).toMatchObject({
      output: said('par').map(({ content }) => ({ content })),
    })
    await open.finish(end('completed'))
    const last = soon(clock, answer.joined.next(signal), 500)
    expect((await last).end).toMatchObject({ response: { output: [{ type: 'message' }] } })
    expect((await soon(clock, waiting)).turn.seq).toBe(2)
  })

  it('go on when the other has died, which keeps what was flushed', async () => {
    const { clock, one, other } = await two()
    const open = await soon(clock, stoppable(one.conversations, question('one')))
    open.flush(said('par'))
    await clock.advance(300)
    await clock.advance(100)
    one.member.cut()
    const waiting = other.conversations.begin(question('two'))
    const next = await soon(clock, waiting, memberLeaseMs + 3000)
    expect(next.turn.seq).toBe(2)
    const [turn] = await turnsOf(other.conversations, 'a', 'c1')
    expect(turn).toMatchObject({ status: 'incomplete', output: [{ type: 'message' }] })
  })

  it('end a turn whose replica has not reached the store for longer than others wait for it', async () => {
    const { clock, one, other } = await two()
    const told: unknown[] = []
    const open = await soon(
      clock,
      one.conversations.begin(question('one'), { cancel: (error) => void told.push(error) }),
    )
    one.member.cut()
    await clock.advance(2 * memberLeaseMs)
    expect(told).toMatchObject([
      { code: 'turn_cancelled', message: expect.stringContaining('could not reach') },
    ])
    const next = await soon(clock, other.conversations.begin(question('two')), 1000)
    one.member.mend()
    await expect(soon(clock, open.finish(end('completed')))).rejects.toThrow('taken for abandoned')
    await next.finish(end('completed'))
    expect(await statuses(one.conversations)).toEqual(['incomplete', 'completed'])
  })

  it('end a turn whose end could not be stored where it ran, once its place is had', async () => {
    const { clock, shared, one, other } = await two()
    const open = await soon(clock, one.conversations.begin(question('one')))
    const whole = { ...shared.data }
    Object.assign(shared.data, { finish: async () => Promise.reject(new Error('a hiccup')) })
    await expect(open.finish(end('completed'))).rejects.toMatchObject({ code: 'store_unavailable' })
    Object.assign(shared.data, whole)
    const next = await soon(clock, other.conversations.begin(question('two')), 5000)
    expect(next.turn.seq).toBe(2)
    expect(await statuses(other.conversations)).toEqual(['incomplete', 'in_progress'])
  })

  it('tell a call at once that the store cannot be reached, and keep no place for it', async () => {
    const { clock, one, other } = await two()
    one.member.cut()
    const failing = soon(clock, one.conversations.begin(question('one')), 100)
    await expect(failing).rejects.toMatchObject({ code: 'store_unavailable' })
    one.member.mend()
    const next = await soon(clock, other.conversations.begin(question('two')), 100)
    await next.finish(end('completed'))
    await soon(clock, one.conversations.begin(question('three')), 100)
  })
})
