import { FakeClock } from '@fairlead/base/testing'
import type { EndedCall } from '@fairlead/gateway'
import { describe, expect, it } from 'vitest'
import { RecentCallsSender } from '../worker/recent-calls-sender.ts'
import type { FromWorker, ToWorker } from '../worker-messages/messages.ts'
import { RecentCallsOwner } from './recent-calls-owner.ts'

/** A worker whose messages arrive a moment later, as between processes. */
function join(owner: RecentCallsOwner, clock: FakeClock) {
  let silent = false
  const sent: FromWorker[] = []
  const send = (message: FromWorker) => {
    sent.push(message)
    queueMicrotask(() => {
      if (silent) return
      if (message.type === 'calls-ended') member.ended(message.calls, message.isAsked)
      if (message.type === 'call-wanted') {
        member.wants(message.question, message.requestId, message.tenant)
      }
    })
  }
  const calls: RecentCallsSender = new RecentCallsSender(clock, send)
  const member = owner.join((message: ToWorker) =>
    queueMicrotask(() => {
      if (silent) return
      if (message.type === 'calls-wanted') calls.flush(true)
      if (message.type === 'call-found') calls.found(message.question, message.json)
    }),
  )
  return {
    calls,
    sent,
    fallSilent: () => (silent = true),
    die() {
      silent = true
      member.left()
    },
  }
}

const endedCall = (requestId: string, tenant = 'default/app') =>
  ({
    fields: { requestId, status: 200, durationMs: 1, attempts: [] },
    tenant,
    endedAtMs: 1_000,
    usage: undefined,
  }) as unknown as EndedCall

function bench(workers = 2) {
  const clock = new FakeClock()
  const owner = new RecentCallsOwner(clock)
  return { clock, workers: Array.from({ length: workers }, () => join(owner, clock)) }
}

describe('the last calls of several workers', () => {
  it('are known to each of them, at once', async () => {
    const { clock, workers } = bench()
    const [first, second] = workers
    first?.calls.keep(endedCall('req_1'))
    expect(await second?.calls.find('req_1', 'default/app')).toContain('"id":"req_1"')
    expect(await first?.calls.find('req_1', 'default/app')).toContain('"id":"req_1"')
    expect(clock.pendingTimers).toBe(0)
  })

  it('are told to their own Consumer only', async () => {
    const { workers } = bench()
    const [first, second] = workers
    first?.calls.keep(endedCall('req_1'))
    first?.calls.keep(endedCall('req_2', ''))
    expect(await second?.calls.find('req_1', 'default/other')).toBeUndefined()
    expect(await second?.calls.find('req_2', '')).toBeUndefined()
    expect(await second?.calls.find('req_3', 'default/app')).toBeUndefined()
  })

  it('are sent in batches', async () => {
    const { clock, workers } = bench(1)
    const [worker] = workers
    worker?.calls.keep(endedCall('req_1'))
    worker?.calls.keep(endedCall('req_2'))
    expect(worker?.sent).toEqual([])
    await clock.advance(500)
    expect(worker?.sent).toMatchObject([
      { type: 'calls-ended', calls: [{ requestId: 'req_1' }, { requestId: 'req_2' }] },
    ])
    expect(clock.pendingTimers).toBe(0)
  })

  it('are the newest where there are too many of them', async () => {
    const { clock, workers } = bench(1)
    const [worker] = workers
    for (let index = 0; index < 2_500; index += 1) worker?.calls.keep(endedCall(`req_${index}`))
    await clock.advance(500)
    const [message] = worker?.sent ?? []
    const ids = message?.type === 'calls-ended' ? message.calls.map((one) => one.requestId) : []
    expect(ids).toHaveLength(250)
    expect([ids[0], ids.at(-1)]).toEqual(['req_2250', 'req_2499'])
  })

  it('are still known when their worker is gone', async () => {
    const { clock, workers } = bench()
    const [first, second] = workers
    first?.calls.keep(endedCall('req_1'))
    await clock.advance(500)
    first?.die()
    expect(await second?.calls.find('req_1', 'default/app')).toContain('req_1')
  })

  it('are not waited for longer than half a second, or at all from one that dies', async () => {
    const { clock, workers } = bench(3)
    const [first, second, third] = workers
    first?.fallSilent()
    const found = second?.calls.find('req_1', 'default/app')
    await clock.advance(500)
    expect(await found).toBeUndefined()
    const again = third?.calls.find('req_1', 'default/app')
    await clock.advance(0)
    first?.die()
    expect(await again).toBeUndefined()
    expect(clock.pendingTimers).toBe(0)
  })

  it('are asked for in one round by questions that come together', async () => {
    const { workers } = bench()
    const [first, second] = workers
    if (first === undefined) throw new Error('there are two workers')
    const questions = Array.from({ length: 100 }, () => first.calls.find('none', 'default/app'))
    expect(await Promise.all(questions)).toEqual(Array(100).fill(undefined))
    // The first question's round, and one for all that came meanwhile.
    expect(second?.sent).toHaveLength(2)
  })
})
