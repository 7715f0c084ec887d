import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { type ConcurrencyMode, type QueuePlace, TurnQueue } from './turn-queue.ts'

/** A queue of the conversation `c`, and what its calls were told, in order. */
function queueOf() {
  const clock = new FakeClock()
  const queue = new TurnQueue(clock)
  const told: string[] = []
  const enter = (name: string, mode: ConcurrencyMode = 'Queue', bytes = 0): QueuePlace =>
    queue.enter({
      tenant: 't',
      conversation: 'c',
      bytes,
      mode,
      granted: (evicted) => told.push(evicted ? `${name} runs after an eviction` : `${name} runs`),
      giveWay: (cause) => told.push(`${name} is ${cause}`),
    })
  return { clock, queue, told, enter }
}

describe('the queue of a conversation', () => {
  it('lets its calls run in the order in which they came', () => {
    const { enter, told } = queueOf()
    const places = ['a', 'b', 'c', 'd'].map((name) => enter(name))
    expect(places.map(({ state }) => state)).toEqual(['granted', 'waiting', 'waiting', 'waiting'])
    places[2]?.leave()
    places[0]?.leave()
    expect(told).toEqual(['b runs'])
    places[1]?.leave()
    places[1]?.leave()
    expect(told).toEqual(['b runs', 'd runs'])
  })

  it('keeps conversations and tenants apart, and is empty in the end', () => {
    const { queue, enter, clock } = queueOf()
    const mine = enter('mine')
    const theirs = queue.enter({
      tenant: 't2',
      conversation: 'c',
      bytes: 0,
      mode: 'Reject',
      granted() {},
      giveWay() {},
    })
    expect(theirs.state).toBe('granted')
    mine.leave()
    theirs.leave()
    expect(queue.holderOf('t', 'c')).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
  })

  it('puts a call that interrupts before those that queue, and tells what runs to end', () => {
    const { enter, told } = queueOf()
    const running = enter('a')
    enter('b')
    const next = enter('c', 'Interrupt')
    enter('d', 'Interrupt')
    running.leave()
    expect(told).toEqual(['a is interrupted', 'a is interrupted', 'c runs', 'c is interrupted'])
    next.leave()
    expect(told.slice(4)).toEqual(['d runs'])
  })

  it('refuses a call that wants to run at once or not at all', () => {
    const { enter, told } = queueOf()
    const running = enter('a')
    expect(enter('b', 'Reject').state).toBe('refused')
    running.setAbandoned(true)
    expect(enter('c', 'Reject').state).toBe('waiting')
    expect(told).toEqual(['a is left'])
    running.leave()
    expect(told).toEqual(['a is left', 'c runs'])
  })

  it('ends a turn that nobody listens to only when another waits', () => {
    const { enter, told } = queueOf()
    const running = enter('a')
    running.setAbandoned(true)
    expect(told).toEqual([])
    running.setAbandoned(false)
    enter('b')
    expect(told).toEqual([])
    running.setAbandoned(true)
    expect(told).toEqual(['a is left'])
  })

  it('takes the place of what does not end in time', async () => {
    const { clock, enter, queue, told } = queueOf()
    const stuck = enter('a')
    stuck.began('turn_1')
    enter('b')
    expect(await queue.cancel('t', 'c', 'turn_2')).toBeUndefined()
    expect(told).toEqual([])
    const cancelled = queue.cancel('t', 'c', 'turn_1')
    await clock.advance(1999)
    expect(told).toEqual(['a is cancelled'])
    await clock.advance(1)
    await cancelled
    expect(told).toEqual(['a is cancelled', 'b runs after an eviction'])
    stuck.leave()
    expect(told).toHaveLength(2)
  })

  it('is bounded in calls and in bytes', () => {
    const calls = queueOf()
    for (let count = 0; count <= 256; count += 1) {
      expect(calls.enter(`${count}`).state).not.toBe('refused')
    }
    expect(calls.enter('too many').state).toBe('refused')
    const bytes = queueOf()
    bytes.enter('running', 'Queue', 2 ** 30)
    expect(bytes.enter('large', 'Queue', 2 ** 26 + 1).state).toBe('refused')
    const large = bytes.enter('just', 'Queue', 2 ** 26)
    expect(bytes.enter('one more', 'Queue', 1).state).toBe('refused')
    large.leave()
    expect(bytes.enter('one more', 'Queue', 1).state).toBe('waiting')
  })

  it('says when to try again by how long turns take', async () => {
    const { clock, enter, queue } = queueOf()
    expect(queue.retryAfterSeconds('t', 'c')).toBe(1)
    enter('a')
    expect(queue.retryAfterSeconds('t', 'c')).toBe(2)
    await clock.advance(1500)
    expect(queue.retryAfterSeconds('t', 'c')).toBe(1)
    await clock.advance(20_000)
    expect(queue.retryAfterSeconds('t', 'c')).toBe(22)
    enter('b')
    enter('c')
    expect(queue.retryAfterSeconds('t', 'c')).toBe(26)
    await clock.advance(90_000)
    expect(queue.retryAfterSeconds('t', 'c')).toBe(60)
  })
})
