import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { type Counter, CounterStoreUnavailable } from '../counters/counter.ts'
import { testMachine } from './test-support/machine.ts'

const burst: Counter = {
  key: 'default/team/burst/alice',
  measure: 'Requests',
  limit: 100,
  window: { type: 'Sliding', everyMs: 60_000 },
}
const budget: Counter = {
  key: 'default/team/month/alice',
  measure: 'Nanodollars',
  limit: 1000,
  window: { type: 'Calendar', period: 'Month', timeZone: 'UTC' },
}
const claim = (counter: Counter, amount: number) => ({ counter, amount, shadow: false })

function machine() {
  const clock = new FakeClock()
  return { clock, ...testMachine(clock) }
}

describe('counters of another process', () => {
  it('refuse with the claims that were made', async () => {
    const { counters } = machine().start(0)
    const narrow = claim({ ...burst, limit: 0 }, 1)
    const outcome = await counters.reserve([claim(budget, 10), narrow])
    expect(outcome).toMatchObject({
      granted: false,
      refused: [{ view: { counter: narrow.counter, used: 0 }, retryAfterMs: undefined }],
    })
    expect(outcome.granted ? undefined : outcome.refused[0]?.claim).toBe(narrow)
  })

  it('are asked once for all that one turn of the event loop wants', async () => {
    const worker = machine().start(0)
    const { counters } = worker
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async () => counters.reserve([claim(burst, 1)])),
    )
    expect(outcomes.every(({ granted }) => granted)).toBe(true)
    expect(worker.sent).toBe(1)
  })

  it('take back at once what a process had that died', async () => {
    const { start, store } = machine()
    const one = start(0)
    const other = start(0)
    await one.counters.reserve([claim(budget, 1000)])
    expect((await other.counters.reserve([claim(budget, 1)])).granted).toBe(false)
    one.die()
    expect((await other.counters.reserve([claim(budget, 1000)])).granted).toBe(true)
    expect(await store.view([budget])).toMatchObject([{ reserved: 1000, unsettled: 1000 }])
  })

  it('fail within a deadline, and take back what was granted too late', async () => {
    const { start, store, clock } = machine()
    const worker = start(0)
    const { counters } = worker
    worker.cutOff()
    const asked = Promise.resolve(counters.reserve([claim(budget, 600), claim(burst, 1)]))
    const failure = expect(asked).rejects.toThrow(CounterStoreUnavailable)
    await clock.advance(2000)
    await failure
    worker.reconnect()
    for (let turn = 0; turn < 4; turn++) await clock.advance(0)
    expect(await store.view([budget, burst])).toMatchObject([{ reserved: 0 }, { used: 0 }])
    expect((await counters.reserve([claim(budget, 1000)])).granted).toBe(true)
  })

  it('give the last unit to whoever asks, though another has it spare', async () => {
    const { start, clock } = machine()
    const one = start(50)
    const other = start(50)
    for (let call = 0; call < 20; call++) {
      await one.counters.reserve([claim(burst, 1)])
      await clock.advance(10)
    }
    for (let call = 20; call < 100; call++) {
      expect((await other.counters.reserve([claim(burst, 1)])).granted, `${call}`).toBe(true)
    }
    expect((await one.counters.reserve([claim(burst, 1)])).granted).toBe(false)
    expect((await other.counters.reserve([claim(burst, 1)])).granted).toBe(false)
  })
})
