import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { PermitLease } from '../worker/permit-lease.ts'
import type { FromWorker, ToWorker } from '../worker-messages/messages.ts'
import { PermitPool, type PermitMember } from './permit-pool.ts'

/** A worker whose messages arrive a moment later, as between processes. */
function join(pool: PermitPool) {
  let silent = false
  let sent = 0
  const send = (message: FromWorker) => {
    sent += 1
    queueMicrotask(() => {
      if (silent) return
      if (message.type === 'permits-wanted') member.wants(message.needed)
      if (message.type === 'permits-returned') member.returned(message.count, message.recalled)
    })
  }
  const lease: PermitLease = new PermitLease(send)
  const receive = (message: ToWorker) =>
    queueMicrotask(() => {
      if (silent) return
      if (message.type === 'permits-granted') lease.granted(message.count)
      if (message.type === 'permits-recalled') lease.recalled()
      if (message.type === 'permits-overdrawn') lease.overdrawn(message.overdrawn)
    })
  const member: PermitMember = pool.join(receive)
  return {
    lease,
    take: async () => lease.take(),
    messages: () => sent,
    fallSilent: () => (silent = true),
    die() {
      silent = true
      member.left()
    },
  }
}

const moment = () => new Promise((resolve) => setImmediate(resolve))

function poolOf(limit: number, shares: number) {
  const clock = new FakeClock()
  const pool = new PermitPool(clock)
  pool.divide(limit, shares)
  return { clock, pool }
}

/** Takes until it is refused; returns how many. */
async function takeAll(worker: { take(): Promise<boolean> }): Promise<number> {
  let taken = 0
  while (await worker.take()) taken += 1
  return taken
}

describe('permits of several workers', () => {
  it('with one worker are all at hand, and no message is sent', async () => {
    const { pool } = poolOf(10, 1)
    const worker = join(pool)
    await moment()
    for (let taken = 0; taken < 7; taken++) expect(worker.lease.take()).toBe(true)
    expect(worker.messages()).toBe(0)
    expect(await takeAll(worker)).toBe(3)
    worker.lease.give()
    expect(worker.lease.take()).toBe(true)
  })

  it('are at hand for each, and can all be used by one', async () => {
    const { pool } = poolOf(100, 4)
    const [busy, ...idle] = [join(pool), join(pool), join(pool), join(pool)]
    await moment()
    expect([busy, ...idle].map((one) => one.lease.take())).toEqual([true, true, true, true])
    for (const one of idle) one.lease.give()
    expect(await takeAll(busy)).toBeGreaterThanOrEqual(99 - 3)
    expect(await takeAll(busy)).toBe(0)
  })

  it.each([1, 2, 3, 7, 64])('never exceed the limit of %i, whoever asks', async (limit) => {
    const { pool } = poolOf(limit, 3)
    const workers = [join(pool), join(pool), join(pool)]
    await moment()
    const outcomes = await Promise.all(
      Array.from({ length: 67 }, () => workers.map((worker) => worker.take())).flat(),
    )
    const taken = outcomes.filter((outcome) => outcome).length
    expect(taken).toBeLessThanOrEqual(limit)
    expect(taken).toBeGreaterThan(limit - 3)
  })

  it('move to the one that needs them, down to a limit of one', async () => {
    const { pool } = poolOf(1, 2)
    const [one, two] = [join(pool), join(pool)]
    await moment()
    for (let round = 0; round < 3; round++) {
      expect(await one.take()).toBe(true)
      expect(await two.take()).toBe(false)
      one.lease.give()
      expect(await two.take()).toBe(true)
      two.lease.give()
    }
  })

  it('are not refused while another has some, however calls come and go', async () => {
    const { pool } = poolOf(1000, 2)
    const workers = [join(pool), join(pool)] as const
    await moment()
    pool.divide(20, 2)
    await moment()
    // 19 callers can never need more than 20.
    let refused = 0
    const caller = async (number: number) => {
      for (let call = 0; call < 200; call++) {
        const worker = workers[(number * call) % 3 === 0 ? 0 : 1]
        if (await worker.take()) {
          for (let step = 0; step < (number + call) % 4; step++) await moment()
          worker.lease.give()
        } else {
          refused += 1
        }
      }
    }
    await Promise.all(Array.from({ length: 19 }, (_, number) => caller(number)))
    expect(refused).toBe(0)
  })

  it('are not refused while a lowered limit is being given back', async () => {
    const { pool } = poolOf(1000, 2)
    const [one, two] = [join(pool), join(pool)]
    await moment()
    expect(await one.take()).toBe(true)
    pool.divide(4, 2)
    expect(await Promise.all([one.take(), two.take()])).toEqual([true, true])
    await moment()
    expect(await Promise.all([one.take(), two.take()])).toContain(true)
    expect(await two.take()).toBe(false)
  })

  it('come back from a worker that died', async () => {
    const { pool } = poolOf(4, 2)
    const [dying, living] = [join(pool), join(pool)]
    await moment()
    await takeAll(dying)
    expect(await living.take()).toBe(false)
    dying.die()
    expect(await takeAll(living)).toBe(4)
  })

  it('are refused in time when a worker does not answer', async () => {
    const { pool, clock } = poolOf(4, 2)
    const [hung, living] = [join(pool), join(pool)]
    await moment()
    hung.fallSilent()
    expect(await living.take()).toBe(true)
    expect(await living.take()).toBe(true)
    const third = living.take()
    await clock.timerOf(100)
    await clock.advance(100)
    expect(await third).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })

  it('follow a limit that is lowered and raised', async () => {
    const { pool, clock } = poolOf(10, 2)
    const [one, two] = [join(pool), join(pool)]
    await moment()
    for (let taken = 0; taken < 5; taken++) await one.take()
    pool.divide(4, 2)
    await moment()
    const refused = two.take()
    await clock.timerOf(100)
    await clock.advance(100)
    expect(await refused).toBe(false)
    for (let ended = 0; ended < 4; ended++) one.lease.give()
    await moment()
    expect((await takeAll(two)) + (await takeAll(one))).toBe(3)
    pool.divide(20, 2)
    await moment()
    expect((await takeAll(two)) + (await takeAll(one))).toBe(16)
  })
})
