import { FakeClock, SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Counter, Measure, Reservation, ReserveOutcome } from '../counters/counter.ts'
import { openCountersInMemory } from '../stores/process/open-counters.ts'
import { ProcessCounterStore } from '../stores/process/process-counter-store.ts'
import { LeasedCounters } from './leased-counters.ts'

const minute = { type: 'Sliding', everyMs: 60_000 } as const
const day = { type: 'Calendar', period: 'Day', timeZone: 'Europe/Rome' } as const

const counterOf = (name: string, measure: Measure, limit: number, window?: Counter['window']) => ({
  key: `default/policy/${name}/alice`,
  measure,
  limit,
  window,
})
const claimOf = (counter: Counter, amount: number, shadow = false) => ({ counter, amount, shadow })

function machine(workers: number, percent: number) {
  const clock = new FakeClock()
  const store = new ProcessCounterStore({ open: () => openCountersInMemory(clock), clock })
  const all = Array.from(
    { length: workers },
    (_, index) => new LeasedCounters({ store, holder: `worker-${index}`, percent, clock }),
  )
  const [first] = all
  if (first === undefined) throw new Error('no worker')
  return { clock, store, all, first }
}

const granted = (outcome: ReserveOutcome): Reservation => {
  if (!outcome.granted) throw new Error(`refused: ${JSON.stringify(outcome.refused)}`)
  return outcome.reservation
}

describe.each([0, 50])('counters with %d percent ahead', (percent) => {
  it('grant up to the limit, and say what is left', async () => {
    const { clock, first } = machine(1, percent)
    const counter = counterOf('burst', 'Requests', 3, minute)
    for (let left = 2; left >= 0; left--) {
      const { views } = granted(await first.reserve([claimOf(counter, 1)]))
      const [view] = views
      expect(counter.limit - (view?.used ?? 0) - (view?.reserved ?? 0)).toBe(left)
    }
    const refusal = await first.reserve([claimOf(counter, 1)])
    expect(refusal).toMatchObject({
      granted: false,
      refused: [{ claim: { counter }, view: { used: 3 }, retryAfterMs: 61_000 }],
    })
    await clock.advance(60_999)
    expect((await first.reserve([claimOf(counter, 1)])).granted).toBe(false)
    await clock.advance(1)
    expect((await first.reserve([claimOf(counter, 1)])).granted).toBe(true)
  })

  it('reserve the most that a call can use, and give back what it has not used', async () => {
    const { first, store } = machine(1, percent)
    const counter = counterOf('daily', 'TotalTokens', 1000, day)
    const reservation = granted(await first.reserve([claimOf(counter, 900)]))
    expect((await first.reserve([claimOf(counter, 200)])).granted).toBe(false)
    first.settle(reservation, [300])
    first.settle(reservation, [300])
    expect((await first.reserve([claimOf(counter, 700)])).granted).toBe(true)
    await first.view([counter])
    expect(await store.view([counter])).toMatchObject([{ used: 300, reserved: 700 }])
  })

  it('take all of a call or nothing', async () => {
    const { first, store } = machine(1, percent)
    const roomy = counterOf('roomy', 'TotalTokens', 1000, day)
    const narrow = counterOf('narrow', 'Requests', 0, minute)
    const outcome = await first.reserve([claimOf(roomy, 10), claimOf(narrow, 1)])
    expect(outcome).toMatchObject({ granted: false, refused: [{ claim: { counter: narrow } }] })
    expect(await store.view([roomy, narrow])).toMatchObject([
      { used: 0, reserved: 0 },
      { used: 0, reserved: 0 },
    ])
  })

  it('count, and never refuse, for a shadow', async () => {
    const { first } = machine(1, percent)
    const counter = counterOf('burst', 'Requests', 1, minute)
    for (let count = 1; count <= 3; count++) {
      const { views } = granted(await first.reserve([claimOf(counter, 1, true)]))
      expect(views).toMatchObject([{ used: count }])
    }
  })

  it('ask the store once for what is refused, and have nothing to tell it', async () => {
    const { all, clock, first, store } = machine(1, percent)
    const counter = counterOf('daily', 'TotalTokens', 1000, day)
    const held = granted(await first.reserve([claimOf(counter, 900)]))
    await clock.advance(100)
    const borrow = vi.spyOn(store, 'borrow')
    const report = vi.spyOn(store, 'report')
    for (let call = 0; call < 100; call++) {
      expect((await first.reserve([claimOf(counter, 200)])).granted).toBe(false)
    }
    expect(borrow).toHaveBeenCalledTimes(100)
    expect(report).not.toHaveBeenCalled()
    first.settle(held, [0])
    await Promise.all(all.map((one) => one.close()))
  })

  it('let the last unit be used by any worker', async () => {
    const { all, clock } = machine(4, percent)
    const counter = counterOf('burst', 'Requests', 100, minute)
    const random = new SeededRandom(3)
    let count = 0
    for (let call = 0; call < 100; call++) {
      const outcome = await random.pick(all).reserve([claimOf(counter, 1)])
      await clock.advance(50)
      if (outcome.granted) count += 1
    }
    expect(count).toBe(100)
    for (const worker of all) {
      expect((await worker.reserve([claimOf(counter, 1)])).granted).toBe(false)
    }
  })

  it('count what runs', async () => {
    const { first } = machine(1, percent)
    const counter = counterOf('concurrency', 'Running', 2)
    const one = granted(await first.reserve([claimOf(counter, 1)]))
    granted(await first.reserve([claimOf(counter, 1)]))
    expect((await first.reserve([claimOf(counter, 1)])).granted).toBe(false)
    first.settle(one, [1])
    expect((await first.reserve([claimOf(counter, 1)])).granted).toBe(true)
    expect(await first.view([counter])).toMatchObject([{ used: 0, reserved: 2 }])
  })
})
