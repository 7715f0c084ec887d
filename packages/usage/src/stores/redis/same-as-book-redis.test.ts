import { systemClock } from '@fairlead/base'
import { FakeClock, SeededRandom, type RedisServer, startRedisServer } from '@fairlead/base/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Report, Wish } from '../../counters/borrowing.ts'
import { CounterBook } from '../../counters/counter-book.ts'
import type { Counter } from '../../counters/counter.ts'
import { openStore } from './test-support/open-store.ts'

const dayMs = 86_400_000
const windows = [
  { type: 'Sliding', everyMs: 1000 },
  { type: 'Sliding', everyMs: 60_000 },
  { type: 'Calendar', period: 'Hour', timeZone: 'Asia/Kolkata' },
  { type: 'Calendar', period: 'Day', timeZone: 'Europe/Rome' },
  undefined,
] as const
const counters: readonly Counter[] = windows.map((window, index) => ({
  key: `team/policy/limit-${index}/alice`,
  measure: window === undefined ? 'Running' : index % 2 === 0 ? 'TotalTokens' : 'Requests',
  limit: 100,
  window,
}))

let server: RedisServer
beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** What a holder may have to report. */
interface Held {
  readonly counter: Counter
  readonly slot: number
  readonly amount: number
}

it.each([1, 2, 3, 4])(
  'Redis counts as the book does, in whatever order (seed %d)',
  async (seed) => {
    const random = new SeededRandom(seed)
    const clock = new FakeClock(Math.ceil(systemClock.now() / dayMs) * dayMs + dayMs / 2)
    const book = new CounterBook({ clock })
    await using opened = openStore(server.url, {
      gateway: `book/${seed}`,
      nowMs: () => clock.now(),
    })
    const { store } = opened
    const holders = ['a', 'b', 'c'].map((id) => ({ id, sequence: 0, held: [] as Held[] }))

    for (let step = 0; step < 400; step++) {
      const holder = random.pick(holders)
      const what = random.below(10)
      if (what < 5) {
        const wishes = counters
          .filter(() => random.below(2) === 0)
          .map((counter): Wish => {
            const claim = { counter, amount: random.below(30), shadow: random.below(10) === 0 }
            return { claim, ahead: random.below(3) === 0 ? random.below(20) : 0 }
          })
        if (wishes.length === 0) continue
        const expected = book.borrow(holder.id, wishes)
        // Asking others for what they have spare takes time: here nobody is asked.
        if (!expected.granted && book.spareOfOthers(holder.id, expected.refused)) {
          for (const each of holders) {
            book.renew(each.id)
            await store.renew(each)
          }
          continue
        }
        const outcome = await store.borrow(holder, wishes)
        expect(outcome, `step ${step}`).toEqual(expected)
        if (!outcome.granted) continue
        for (const [index, { claim }] of wishes.entries()) {
          const amount = outcome.lent[index] ?? 0
          const isUsed = claim.counter.measure === 'Requests'
          const held = { counter: claim.counter, slot: outcome.slots[index] ?? 0 }
          holder.held.push({ ...held, amount: isUsed ? amount - claim.amount : amount })
        }
      } else if (what < 8) {
        const ended = holder.held.splice(0, random.below(4))
        const seen = new Set<Counter>()
        const reports = ended.flatMap(({ counter, slot, amount }): Report[] => {
          if (seen.has(counter)) return []
          seen.add(counter)
          const used = counter.measure === 'Running' ? 0 : random.below(40) - 5
          return [{ counter, slot, used, released: amount, spare: random.below(5) }]
        })
        const sequence = random.below(8) === 0 ? holder.sequence : ++holder.sequence
        if (sequence === 0) continue
        book.report(holder.id, sequence, reports)
        await store.report(holder, sequence, reports)
      } else if (what === 8) {
        book.renew(holder.id)
        await store.renew(holder)
      } else {
        await clock.advance(random.pick([1, 90, 700, 15_000, 29_000, 61_000, 3_600_000]))
      }
      expect(await store.view(counters), `step ${step}`).toEqual(book.view(counters))
    }
  },
)
