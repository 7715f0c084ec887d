import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import type { AnswerNews, AnswerRequest } from '../worker-messages/answer-messages.ts'
import { AnswerOwner } from '../workers/answer-owner.ts'
import { RemoteAnswers } from './remote-answers.ts'

const answer = {
  value: 'Hi.',
  consumer: 'default/ada',
  storedAtMs: 0,
  ttlMs: 60_000,
  bounds: { maxEntries: 10, maxBytes: 100_000 },
}

function workersOf(count: number) {
  const clock = new FakeClock(0)
  const owner = new AnswerOwner(clock)
  const workers = Array.from({ length: count }, () => {
    const receive = owner.join((message) => {
      if (message.type === 'answers') worker.receive(message.news)
    })
    const worker: RemoteAnswers = new RemoteAnswers(clock, receive)
    return worker
  })
  return { clock, owner, workers }
}

describe('the answers that one process keeps for several', () => {
  it('are given to each of them, until their time is over or their policy is gone', async () => {
    const { clock, workers } = workersOf(2)
    const [one, other] = workers
    one?.put('default/faq', 'k', answer)
    expect(await one?.get('default/faq', 'k')).toEqual({ value: 'Hi.', storedAtMs: 0 })
    expect(await other?.get('default/faq', 'k')).toEqual({ value: 'Hi.', storedAtMs: 0 })
    expect(await other?.get('default/else', 'k')).toBeUndefined()
    other?.retain(['default/else'])
    expect(await other?.get('default/faq', 'k')).toBeUndefined()
    one?.put('default/faq', 'k', answer)
    await clock.advance(60_000)
    expect(await one?.get('default/faq', 'k')).toBeUndefined()
  })

  it('are purged by policy and by consumer', async () => {
    const { owner, workers } = workersOf(1)
    const [worker] = workers
    worker?.put('default/faq', 'k', answer)
    worker?.put('default/else', 'k', answer)
    await worker?.get('default/faq', 'k')
    expect(owner.purge({ policy: 'default/faq', consumer: 'default/bob' })).toBe(0)
    expect(owner.purge({ policy: 'default/faq', consumer: 'default/ada' })).toBe(1)
    expect(await worker?.get('default/faq', 'k')).toBeUndefined()
    expect(await worker?.get('default/else', 'k')).toBeDefined()
    expect(owner.purge({})).toBe(1)
    expect(await worker?.get('default/else', 'k')).toBeUndefined()
  })

  it('are nothing for a call that has waited for half a second', async () => {
    const clock = new FakeClock(0)
    const asked: AnswerRequest[] = []
    const worker = new RemoteAnswers(clock, (requests) => asked.push(...requests))
    const kept = worker.get('default/faq', 'k')
    await expect.poll(() => asked.length).toBe(1)
    await clock.advance(500)
    expect(await kept).toBeUndefined()
    const late: readonly AnswerNews[] = [{ id: 1, kept: { value: 'Hi.', storedAtMs: 0 } }]
    worker.receive(late)
  })
})
