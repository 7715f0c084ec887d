import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { leaseMs } from '../counters/borrowing.ts'
import { type Counter, CounterStoreUnavailable, type Reservation } from '../counters/counter.ts'
import { openCountersInMemory } from '../stores/process/open-counters.ts'
import { ProcessCounterStore } from '../stores/process/process-counter-store.ts'
import { LeasedCounters } from './leased-counters.ts'

const budget: Counter = {
  key: 'default/team/month/alice',
  measure: 'Nanodollars',
  limit: 1000,
  window: { type: 'Calendar', period: 'Month', timeZone: 'UTC' },
}
const claims = (amount: number) => [{ counter: budget, amount, shadow: false }]

function failing(percent = 0) {
  const clock = new FakeClock()
  const store = new ProcessCounterStore({ open: () => openCountersInMemory(clock), clock })
  const state = { isDown: false, problems: [] as (string | undefined)[] }
  const guarded = new Proxy(store, {
    get(target, name: keyof ProcessCounterStore) {
      const value: unknown = target[name]
      if (typeof value !== 'function') return value
      const method = value.bind(target) as (...given: readonly unknown[]) => unknown
      const isAsked = ['borrow', 'report', 'renew', 'view'].includes(name)
      if (!isAsked) return method
      return (...given: readonly unknown[]) =>
        state.isDown ? Promise.reject(new Error('Redis is away')) : method(...given)
    },
  })
  const start = (holder: string) =>
    new LeasedCounters({
      store: guarded,
      holder,
      percent,
      clock,
      onAvailability: (problem) => state.problems.push(problem),
    })
  const reserve = async (counters: LeasedCounters, amount: number): Promise<Reservation> => {
    const outcome = await counters.reserve(claims(amount))
    if (!outcome.granted) throw new Error('refused')
    return outcome.reservation
  }
  return { clock, store, state, start, reserve }
}

describe('counters whose store fails', () => {
  it('say so, and when it is over', async () => {
    const { state, start, reserve } = failing()
    const counters = start('one')
    state.isDown = true
    await expect(reserve(counters, 1)).rejects.toThrow(new CounterStoreUnavailable('Redis is away'))
    await expect(counters.view([budget])).rejects.toThrow(CounterStoreUnavailable)
    state.isDown = false
    await reserve(counters, 1)
    expect(state.problems).toEqual(['Redis is away', undefined])
  })

  it('report what was settled meanwhile, once, when it is back', async () => {
    const { clock, store, state, start, reserve } = failing()
    const counters = start('one')
    const [one, other] = [await reserve(counters, 300), await reserve(counters, 400)]
    state.isDown = true
    counters.settle(one, [250])
    await clock.advance(300)
    counters.settle(other, [50])
    await clock.advance(10_000)
    expect(await store.view([budget])).toMatchObject([{ used: 0, reserved: 700 }])
    state.isDown = false
    await clock.advance(5000)
    expect(await store.view([budget])).toMatchObject([{ used: 300, reserved: 0, unsettled: 0 }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('use no lease that others may have by now, and report under the old name', async () => {
    const { clock, store, state, start, reserve } = failing(50)
    const one = start('one')
    for (let call = 0; call < 5; call++) one.settle(await reserve(one, 10), [10])
    const running = await reserve(one, 100)
    await clock.advance(100)
    state.isDown = true
    await clock.advance(leaseMs)
    const [view] = await store.view([budget])
    expect(view).toMatchObject({ used: 50, reserved: 0 })
    expect(view?.unsettled).toBeGreaterThanOrEqual(100)
    await expect(reserve(one, 1)).rejects.toThrow(CounterStoreUnavailable)
    state.isDown = false
    await reserve(one, 900)
    one.settle(running, [60])
    await clock.advance(5000)
    expect(await store.view([budget])).toMatchObject([{ used: 110, reserved: 900 }])
  })

  it('keep what they lease with signs of life, and need no timer when nothing is leased', async () => {
    const { clock, store, start, reserve } = failing()
    const counters = start('one')
    const running = await reserve(counters, 500)
    await clock.advance(10 * leaseMs)
    expect(await store.view([budget])).toMatchObject([{ reserved: 500, unsettled: 0 }])
    counters.settle(running, [500])
    await clock.advance(leaseMs)
    expect(clock.pendingTimers).toBe(0)
  })

  it('give back what is idle', async () => {
    const { clock, store, start, reserve } = failing(50)
    const counters = start('one')
    for (let call = 0; call < 5; call++) {
      counters.settle(await reserve(counters, 10), [10])
      await clock.advance(10)
    }
    await clock.advance(2000)
    expect(await store.view([budget])).toMatchObject([{ used: 50, reserved: 0 }])
    expect(clock.pendingTimers).toBe(0)
  })

  it('deliver what there is when they are closed, and take no more', async () => {
    const { store, start, reserve } = failing()
    const counters = start('one')
    const running = await reserve(counters, 500)
    counters.settle(running, [400])
    const views = await counters.view([budget])
    expect(views).toMatchObject([{ used: 400, reserved: 0 }])
    await counters.close()
    expect(() => counters.reserve(claims(1))).toThrow(CounterStoreUnavailable)
    await expect(store.view([budget])).rejects.toThrow(CounterStoreUnavailable)
  })
})
