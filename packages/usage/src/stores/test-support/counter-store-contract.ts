import { FakeClock } from '@fairlead/base/testing'
import { systemClock } from '@fairlead/base'
import type { UsageWindow } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import type { Claim, Counter, Measure } from '../../counters/counter.ts'
import { type BorrowOutcome, recallMs, type Report, type Wish } from '../../counters/borrowing.ts'
import type { CounterStore } from '../counter-store.ts'

interface StoreUnderTest {
  readonly name: string
  /** An empty store that goes by the clock. The suite closes it. */
  open(clock: FakeClock): Promise<CounterStore>
}

const minute: UsageWindow = { type: 'Sliding', everyMs: 60_000 }
const day: UsageWindow = { type: 'Calendar', period: 'Day', timeZone: 'UTC' }
const dayMs = 86_400_000

const first = { id: 'first' }
const second = { id: 'second' }

function counter(
  measure: Measure,
  limit: number,
  window: UsageWindow = day,
  key: string = measure,
): Counter {
  return { key: `team/policy/limit/${key}`, measure, limit, window }
}

function wish(of: Counter, amount: number, more: Partial<Claim & Wish> = {}): Wish {
  const { ahead = 0, shadow = false } = more
  return { claim: { counter: of, amount, shadow }, ahead }
}

function report(of: Counter, slot: number, more: Partial<Report>): Report {
  return { counter: of, slot, used: 0, released: 0, spare: 0, ...more }
}

function granted(outcome: BorrowOutcome): Extract<BorrowOutcome, { granted: true }> {
  if (!outcome.granted) throw new Error(`refused: ${JSON.stringify(outcome.refused)}`)
  return outcome
}

function refused(outcome: BorrowOutcome): Extract<BorrowOutcome, { granted: false }> {
  if (outcome.granted) throw new Error('granted')
  return outcome
}

/** What every store of counters must do: the test of each store runs this suite. */
export function describeCounterStoreContract(subject: StoreUnderTest): void {
  const run = async (body: (store: CounterStore, clock: FakeClock) => Promise<void>) => {
    // Stores forget by the clock of their server what is in its past.
    const clock = new FakeClock(Math.ceil(systemClock.now() / dayMs) * dayMs + dayMs / 2)
    const store = await subject.open(clock)
    try {
      await body(store, clock)
    } finally {
      await store.close()
    }
  }
  const stands = async (store: CounterStore, of: Counter) => {
    const [view] = await store.view([of])
    return [view?.used, view?.reserved, view?.unsettled]
  }

  describe(`counters in a ${subject.name}`, () => {
    it('lend all that is wished, or nothing', () =>
      run(async (store) => {
        const [tokens, money] = [counter('TotalTokens', 100), counter('Nanodollars', 5)]
        const { refused: claims } = refused(
          await store.borrow(first, [wish(tokens, 60), wish(money, 6)]),
        )
        expect(claims.map(({ claim }) => claim.counter)).toEqual([money])
        expect(await stands(store, tokens)).toEqual([0, 0, 0])
        const { lent, views } = granted(
          await store.borrow(first, [wish(tokens, 60), wish(money, 5)]),
        )
        expect(lent).toEqual([60, 5])
        expect(views.map(({ reserved }) => reserved)).toEqual([60, 5])
        expect(await stands(store, money)).toEqual([0, 5, 0])
      }))

    it('lend no more than the limit to all holders together', () =>
      run(async (store) => {
        const tokens = counter('TotalTokens', 100, minute)
        granted(await store.borrow(first, [wish(tokens, 60)]))
        refused(await store.borrow(second, [wish(tokens, 41)]))
        granted(await store.borrow(second, [wish(tokens, 40)]))
        refused(await store.borrow(first, [wish(tokens, 1)]))
        granted(await store.borrow(first, [wish(tokens, 0)]))
      }))

    it('take claims of one counter together', () =>
      run(async (store, clock) => {
        const tokens = counter('TotalTokens', 100)
        const both = store.borrow(first, [wish(tokens, 60), wish(tokens, 41)])
        await clock.advance(recallMs)
        refused(await both)
        granted(await store.borrow(first, [wish(tokens, 60), wish(tokens, 40)]))
        expect(await stands(store, tokens)).toEqual([0, 100, 0])
      }))

    it('use requests at once', () =>
      run(async (store) => {
        const requests = counter('Requests', 2, minute)
        const { lent, views } = granted(await store.borrow(first, [wish(requests, 1)]))
        expect(lent).toEqual([1])
        expect(views[0]).toMatchObject({ used: 1, reserved: 0 })
        granted(await store.borrow(second, [wish(requests, 1)]))
        refused(await store.borrow(first, [wish(requests, 1)]))
        expect(await stands(store, requests)).toEqual([2, 0, 0])
      }))

    it('count what was used in the place of what is released', () =>
      run(async (store) => {
        const tokens = counter('TotalTokens', 100)
        const { slots } = granted(await store.borrow(first, [wish(tokens, 60)]))
        const [slot = 0] = slots
        await store.report(first, 1, [report(tokens, slot, { used: 25, released: 60 })])
        expect(await stands(store, tokens)).toEqual([25, 0, 0])
        granted(await store.borrow(first, [wish(tokens, 75)]))
        // More than was claimed.
        await store.report(first, 2, [report(tokens, slot, { used: 90, released: 75 })])
        expect(await stands(store, tokens)).toEqual([115, 0, 0])
        refused(await store.borrow(first, [wish(tokens, 1)]))
        await store.report(first, 3, [report(tokens, slot, { used: -20 })])
        expect(await stands(store, tokens)).toEqual([95, 0, 0])
        await store.report(first, 4, [report(tokens, slot, { used: -200 })])
        expect(await stands(store, tokens)).toEqual([0, 0, 0])
      }))

    it('take each report once', () =>
      run(async (store) => {
        const tokens = counter('TotalTokens', 100, minute)
        const [slot = 0] = granted(await store.borrow(first, [wish(tokens, 60)])).slots
        const one = [report(tokens, slot, { used: 10, released: 20 })]
        await store.report(first, 1, one)
        await store.report(first, 1, one)
        expect(await stands(store, tokens)).toEqual([10, 40, 0])
        await store.report(first, 2, one)
        await store.report(first, 1, one)
        expect(await stands(store, tokens)).toEqual([20, 20, 0])
        // Another holder counts its own, and releases only what it has.
        await store.report(second, 1, one)
        expect(await stands(store, tokens)).toEqual([30, 20, 0])
      }))

    it('lend ahead as far as there is', () =>
      run(async (store) => {
        const [tokens, requests] = [counter('TotalTokens', 100), counter('Requests', 10)]
        const { lent } = granted(
          await store.borrow(first, [
            wish(tokens, 30, { ahead: 50 }),
            wish(requests, 1, { ahead: 4 }),
          ]),
        )
        expect(lent).toEqual([80, 5])
        expect(await stands(store, requests)).toEqual([1, 4, 0])
        const { lent: rest } = granted(await store.borrow(second, [wish(tokens, 5, { ahead: 50 })]))
        expect(rest).toEqual([20])
        expect(await stands(store, tokens)).toEqual([0, 100, 0])
      }))

    it('count claims in the shadow, and never refuse them', () =>
      run(async (store) => {
        const tokens = counter('TotalTokens', 100)
        const shadow = { shadow: true, ahead: 10 }
        expect(granted(await store.borrow(first, [wish(tokens, 150, shadow)])).lent).toEqual([150])
        expect(await stands(store, tokens)).toEqual([0, 150, 0])
        const { refused: claims } = refused(
          await store.borrow(first, [wish(tokens, 1), wish(tokens, 1, shadow)]),
        )
        expect(claims).toHaveLength(1)
      }))

    it('keep what is used when a limit changes', () =>
      run(async (store) => {
        granted(await store.borrow(first, [wish(counter('TotalTokens', 100), 80)]))
        refused(await store.borrow(first, [wish(counter('TotalTokens', 50), 1)]))
        granted(await store.borrow(first, [wish(counter('TotalTokens', 120), 40)]))
      }))

    it('free what was used when a sliding window has passed, and say when', () =>
      run(async (store, clock) => {
        const requests = counter('Requests', 3, minute)
        granted(await store.borrow(first, [wish(requests, 1)]))
        await clock.advance(20_500)
        granted(await store.borrow(first, [wish(requests, 2)]))
        const one = refused(await store.borrow(first, [wish(requests, 1)])).refused[0]
        const two = refused(await store.borrow(first, [wish(requests, 2)])).refused[0]
        expect(one?.retryAfterMs).toBe(60_000 + 1000 - 20_500)
        expect(two?.retryAfterMs).toBe(60_000 + 1000 - 500)
        expect(two?.view.resetsAtMs).toBe(clock.now() + 60_500)
        await clock.advance((one?.retryAfterMs ?? 0) - 1)
        refused(await store.borrow(first, [wish(requests, 1)]))
        await clock.advance(1)
        granted(await store.borrow(first, [wish(requests, 1)]))
        refused(await store.borrow(first, [wish(requests, 1)]))
        await clock.advance(10 * 60_000)
        expect(await stands(store, requests)).toEqual([0, 0, 0])
        expect((await store.view([requests]))[0]?.resetsAtMs).toBe(clock.now())
      }))

    it('count a late report where it was reserved', () =>
      run(async (store, clock) => {
        const tokens = counter('TotalTokens', 100)
        const sliding = counter('OutputTokens', 100, minute)
        const [slot = 0, bucket = 0] = granted(
          await store.borrow(first, [wish(tokens, 60), wish(sliding, 60)]),
        ).slots
        await clock.advance(20_000)
        await store.renew(first)
        await clock.advance(10_000)
        await store.report(first, 1, [report(sliding, bucket, { used: 50, released: 50 })])
        expect(await stands(store, sliding)).toEqual([50, 10, 0])
        await store.renew(first)
        await clock.advance(29_000)
        await store.renew(first)
        await clock.advance(2000)
        // What is lent is part of every sliding window, until it is used.
        expect(await stands(store, sliding)).toEqual([0, 10, 0])
        await store.report(first, 2, [report(sliding, bucket, { used: 10, released: 10 })])
        expect(await stands(store, sliding)).toEqual([0, 0, 0])
        await store.renew(first)
        await clock.advance(dayMs)
        expect(await stands(store, tokens)).toEqual([0, 0, 0])
        await store.report(first, 3, [report(tokens, slot, { used: 60, released: 60 })])
        expect(await stands(store, tokens)).toEqual([0, 0, 0])
        granted(await store.borrow(first, [wish(tokens, 100)]))
      }))

    it('begin anew with each calendar window, and say when', () =>
      run(async (store, clock) => {
        const tokens = counter('TotalTokens', 100)
        granted(await store.borrow(first, [wish(tokens, 100)]))
        const [claim] = refused(await store.borrow(first, [wish(tokens, 1)])).refused
        // Nothing is used: the call that runs may end at any time.
        expect(claim?.retryAfterMs).toBe(1000)
        await store.report(first, 1, [
          report(tokens, clock.now() - dayMs / 2, { used: 100, released: 100 }),
        ])
        const [later] = refused(await store.borrow(first, [wish(tokens, 1)])).refused
        expect(later?.retryAfterMs).toBe(dayMs / 2)
        expect(later?.view.resetsAtMs).toBe(clock.now() + dayMs / 2)
        const [never] = refused(await store.borrow(first, [wish(tokens, 101)])).refused
        expect(never?.retryAfterMs).toBeUndefined()
        await clock.advance(dayMs / 2)
        granted(await store.borrow(first, [wish(tokens, 100)]))
      }))

    it('count what runs, without a window', () =>
      run(async (store, clock) => {
        const running: Counter = { ...counter('Running', 2), window: undefined }
        granted(await store.borrow(first, [wish(running, 1)]))
        granted(await store.borrow(second, [wish(running, 1)]))
        const [claim] = refused(await store.borrow(first, [wish(running, 1)])).refused
        expect(claim?.view.resetsAtMs).toBeUndefined()
        expect(claim?.retryAfterMs).toBe(1000)
        await clock.advance(20_000)
        await store.renew(first)
        await clock.advance(20_000)
        // The second has ended without a word.
        expect(await stands(store, running)).toEqual([0, 1, 0])
        granted(await store.borrow(first, [wish(running, 1)]))
        await store.report(first, 1, [report(running, 0, { released: 2 })])
        expect(await stands(store, running)).toEqual([0, 0, 0])
      }))

    it.each([
      ['calendar', day],
      ['sliding', { type: 'Sliding', everyMs: 3_600_000 } as const],
    ])('give back what a silent holder has, unsettled in its %s window', (_, window) =>
      run(async (store, clock) => {
        const tokens = counter('TotalTokens', 100, window)
        const [slot = 0] = granted(await store.borrow(first, [wish(tokens, 60)])).slots
        await store.report(first, 1, [report(tokens, slot, { used: 10, released: 20 })])
        await clock.advance(29_999)
        refused(await store.borrow(second, [wish(tokens, 51)]))
        await clock.advance(2)
        granted(await store.borrow(second, [wish(tokens, 51)]))
        expect(await stands(store, tokens)).toEqual([10, 51, 40])
        // It was not dead: what it reports counts all the same, once.
        await store.report(first, 2, [report(tokens, slot, { used: 30, released: 40 })])
        await store.report(first, 2, [report(tokens, slot, { used: 30, released: 40 })])
        expect(await stands(store, tokens)).toEqual([40, 51, 40])
        await clock.advance(window.type === 'Sliding' ? 3_661_000 : dayMs)
        await store.renew(second)
        expect((await stands(store, tokens))[0]).toBe(0)
      }),
    )

    it('ask for what others have spare before they refuse', () =>
      run(async (store, clock) => {
        const tokens = counter('TotalTokens', 100)
        const { slots, lent } = granted(
          await store.borrow(first, [wish(tokens, 10, { ahead: 80 })]),
        )
        expect(lent).toEqual([90])
        let sequence = 0
        const giveBack = (keys: readonly string[]) => {
          if (!keys.includes(tokens.key) || sequence > 0) return
          const back = report(tokens, slots[0] ?? 0, { released: 80 })
          sequence += 1
          setImmediate(() => void store.report(first, sequence, [back]))
        }
        store.onRecall?.(first, giveBack)
        const borrowed = store.borrow(second, [wish(tokens, 50, { ahead: 50 })])
        if (store.onRecall === undefined) {
          await expect.poll(async () => giveBack(await store.renew(first)) ?? sequence).toBe(1)
        }
        expect(granted(await borrowed).lent[0]).toBeGreaterThanOrEqual(50)
        // What a call holds is not asked for.
        const other = store.borrow(second, [wish(tokens, 100)])
        await clock.advance(recallMs)
        refused(await other)
      }))

    it('refuse amounts that cannot be counted', () =>
      run(async (store) => {
        for (const amount of [-1, 0.5, Number.NaN, 2 ** 53]) {
          const claims = [wish(counter('TotalTokens', 100), amount)]
          await expect(store.borrow(first, claims)).rejects.toThrow(RangeError)
        }
        const money = counter('Nanodollars', 9_000_000_000_000_000)
        const most = 9_000_000_000_000_000 - 1
        const { slots } = granted(await store.borrow(first, [wish(money, most)]))
        await store.report(first, 1, [report(money, slots[0] ?? 0, { used: most, released: most })])
        expect(await stands(store, money)).toEqual([most, 0, 0])
        granted(await store.borrow(first, [wish(money, 1)]))
        refused(await store.borrow(first, [wish(money, 1)]))
      }))
  })
}
