import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { leaseMs } from './borrowing.ts'
import { CounterBook } from './counter-book.ts'
import type { Counter, Measure } from './counter.ts'

const minute = { type: 'Sliding', everyMs: 60_000 } as const
const day = { type: 'Calendar', period: 'Day', timeZone: 'UTC' } as const

const counterOf = (
  subject: string,
  measure: Measure,
  limit: number,
  window: Counter['window'],
): Counter => ({ key: `default/team/limit/${subject}`, measure, limit, window })

function bookOf(bounds = { countersMax: 100, bytesMax: 1024 * 1024 }) {
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
  const book = new CounterBook({ clock, bounds })
  const borrow = (counter: Counter, amount: number, holder = 'one', ahead = 0) =>
    book.borrow(holder, [{ claim: { counter, amount, shadow: false }, ahead }])
  const view = (counter: Counter) => book.view([counter])[0]
  return { clock, book, borrow, view }
}

describe('a book of counters', () => {
  it('says when a claim fits', async () => {
    const { clock, borrow } = bookOf()
    const counter = counterOf('alice', 'Requests', 10, minute)
    borrow(counter, 4)
    await clock.advance(20_000)
    borrow(counter, 6)
    const wait = (amount: number) => {
      const outcome = borrow(counter, amount)
      return outcome.granted ? 0 : outcome.refused[0]?.retryAfterMs
    }
    expect(wait(4)).toBe(41_000)
    expect(wait(5)).toBe(61_000)
    expect(wait(11)).toBeUndefined()
    const daily = counterOf('alice', 'TotalTokens', 10, day)
    borrow(daily, 10)
    // Only a call that runs is in the way.
    expect(borrow(daily, 1)).toMatchObject({ refused: [{ retryAfterMs: 1000 }] })
  })

  it('lets a call that runs into the next day count in its own', async () => {
    const { clock, book, borrow, view } = bookOf()
    const counter = counterOf('alice', 'TotalTokens', 100, day)
    const slot = Date.UTC(2026, 0, 1)
    await clock.advance(12 * 3_600_000 - leaseMs)
    borrow(counter, 100)
    await clock.advance(leaseMs - 1)
    expect(borrow(counter, 1, 'other').granted).toBe(false)
    await clock.advance(1)
    expect(borrow(counter, 60, 'other').granted).toBe(true)
    book.renew('one')
    book.report('one', 1, [{ counter, slot, used: 80, released: 100, spare: 0 }])
    expect(view(counter)).toMatchObject({ used: 0, reserved: 60, unsettled: 0 })
    expect(borrow(counter, 40).granted).toBe(true)
  })

  it('takes back what a silent holder had, and its late report', async () => {
    const { clock, book, borrow, view } = bookOf()
    const counter = counterOf('alice', 'TotalTokens', 100, day)
    borrow(counter, 70)
    await clock.advance(leaseMs - 1)
    expect(borrow(counter, 40, 'other').granted).toBe(false)
    await clock.advance(1)
    expect(borrow(counter, 100, 'other').granted).toBe(true)
    expect(view(counter)).toMatchObject({ used: 0, reserved: 100, unsettled: 70 })
    const late = [{ counter, slot: Date.UTC(2026, 0, 1), used: 50, released: 70, spare: 0 }]
    book.report('one', 1, late)
    book.report('one', 1, late)
    expect(view(counter)).toMatchObject({ used: 50, reserved: 100, unsettled: 70 })
  })

  it('forgets what is unsettled with its window', async () => {
    const { clock, book, borrow, view } = bookOf()
    const counter = counterOf('alice', 'TotalTokens', 100, minute)
    borrow(counter, 70)
    book.left('one')
    expect(view(counter)).toMatchObject({ reserved: 0, unsettled: 70 })
    await clock.advance(61_000)
    expect(view(counter)).toMatchObject({ unsettled: 0 })
  })

  it('takes no more from others than they have spare, and lends nothing ahead to those', () => {
    const { book, borrow } = bookOf()
    const counter = counterOf('alice', 'TotalTokens', 100, day)
    borrow(counter, 10, 'one', 50)
    const refused = (amount: number) => {
      const outcome = borrow(counter, amount, 'other')
      return outcome.granted ? [] : outcome.refused
    }
    expect(book.spareOfOthers('other', refused(91))).toBeUndefined()
    expect(book.spareOfOthers('other', refused(90))).toEqual(new Map([['one', [counter.key]]]))
    expect(borrow(counter, 1, 'one', 20)).toMatchObject({ granted: true, lent: [1] })
    expect(book.renew('one')).toEqual([counter.key])
    expect(book.renew('one')).toEqual([])
    expect(borrow(counter, 1, 'one', 20)).toMatchObject({ granted: true, lent: [21] })
  })

  it('lets those that come last share a counter when there is no room', () => {
    const { book, borrow } = bookOf({ countersMax: 10, bytesMax: 1024 * 1024 })
    for (let subject = 0; subject < 10; subject++) {
      borrow(counterOf(`s${subject}`, 'Requests', 5, day), 1)
    }
    for (let subject = 10; subject < 15; subject++) {
      expect(borrow(counterOf(`s${subject}`, 'Requests', 5, day), 1).granted).toBe(true)
    }
    expect(borrow(counterOf('s15', 'Requests', 5, day), 1).granted).toBe(false)
    expect(borrow(counterOf('s3', 'Requests', 5, day), 4).granted).toBe(true)
    expect(book.size).toBe(11)
  })

  it('settles in the shared counter what was lent of it, also when there is room again', async () => {
    const { clock, book, borrow, view } = bookOf({ countersMax: 3, bytesMax: 1024 * 1024 })
    borrow(counterOf('short', 'Requests', 5, minute), 1)
    borrow(counterOf('brief', 'Requests', 5, minute), 1)
    borrow(counterOf('long', 'Requests', 5, day), 1)
    const counter = counterOf('late', 'TotalTokens', 100, day)
    borrow(counter, 100)
    await clock.advance(61_000 - leaseMs)
    book.renew('one')
    await clock.advance(leaseMs - 1)
    book.renew('one')
    await clock.advance(1)
    borrow(counterOf('other', 'Requests', 5, day), 1)
    const slot = Date.UTC(2026, 0, 1)
    book.report('one', 1, [{ counter, slot, used: 30, released: 100, spare: 0 }])
    expect(view({ ...counter, key: 'default/team/limit/…/overflow' })).toMatchObject({
      used: 30,
      reserved: 0,
    })
  })

  it('is bounded in bytes, whatever the number of buckets', async () => {
    const { clock, book, borrow } = bookOf({ countersMax: 1000, bytesMax: 20_000 })
    const counters = Array.from({ length: 200 }, (_, subject) =>
      counterOf(`s${subject}`, 'Requests', 1000, minute),
    )
    for (let second = 0; second < 60; second++) {
      for (const counter of counters) borrow(counter, 1)
      await clock.advance(1000)
    }
    expect(book.size).toBeLessThan(45)
    await clock.advance(3_600_000)
    for (let subject = 0; subject < 20; subject++) {
      borrow(counterOf(`new${subject}`, 'Requests', 1000, minute), 1)
    }
    expect(book.size).toBeLessThan(25)
  })

  it('keeps counting when the clock is set back', () => {
    const { clock, borrow, view } = bookOf()
    const sliding = counterOf('alice', 'Requests', 10, minute)
    const daily = counterOf('bob', 'TotalTokens', 100, day)
    const nowMs = clock.now()
    clock.setWallTime(nowMs + 3 * 86_400_000)
    borrow(sliding, 10)
    borrow(daily, 100)
    clock.setWallTime(nowMs)
    expect(view(sliding)).toMatchObject({ used: 10 })
    expect(borrow(daily, 1).granted).toBe(false)
    clock.setWallTime(nowMs + 61_000)
    expect(borrow(sliding, 10).granted).toBe(true)
  })

  it('refuses amounts that cannot be counted exactly', () => {
    const { borrow } = bookOf()
    const counter = counterOf('alice', 'Nanodollars', 100, day)
    for (const amount of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(() => borrow(counter, amount)).toThrow(RangeError)
    }
  })

  it('adds up to no more than can be counted exactly', () => {
    const { book, view } = bookOf()
    const counter = counterOf('alice', 'Nanodollars', 100, day)
    const used = Number.MAX_SAFE_INTEGER
    const report = { counter, slot: Date.UTC(2026, 0, 1), used, released: 0, spare: 0 }
    book.report('one', 1, [report, report])
    expect(view(counter)).toMatchObject({ used })
  })
})
