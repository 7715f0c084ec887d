import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock, SeededRandom } from '@fairlead/base/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BorrowOutcome } from '../../counters/borrowing.ts'
import { type Counter, CounterStoreUnavailable } from '../../counters/counter.ts'
import { CounterBook } from '../../counters/counter-book.ts'
import { CounterJournal } from './counter-journal.ts'
import { openCounters } from './open-counters.ts'
import { ProcessCounterStore } from './process-counter-store.ts'
import { UsageDatabase } from './usage-database.ts'

const window = { type: 'Calendar', period: 'Month', timeZone: 'UTC' } as const
const budget: Counter = {
  key: 'default/team/month/alice',
  measure: 'Nanodollars',
  limit: 1000,
  window,
}
const burst: Counter = {
  key: 'default/team/burst/alice',
  measure: 'Requests',
  limit: 10,
  window: { type: 'Sliding', everyMs: 60_000 },
}
const alice = { id: 'alice' }

let folder: string
let clock: FakeClock
const opened: UsageDatabase[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usage-'))
  clock = new FakeClock()
})

afterEach(() => {
  for (const database of opened.splice(0)) database.close()
  rmSync(folder, { recursive: true })
})

function open(path = join(folder, 'data', 'usage.db')) {
  const database = new UsageDatabase(path, clock)
  opened.push(database)
  const store = new ProcessCounterStore({ open: () => openCounters(database, clock), clock })
  return { database, store }
}

/** As after kill -9: what was committed is there, and nothing else was done. */
function reopen({ database }: { readonly database: UsageDatabase }) {
  database.close()
  return open()
}

const borrow = (store: ProcessCounterStore, counter: Counter, amount: number, ahead = 0) =>
  store.borrow(alice, [{ claim: { counter, amount, shadow: false }, ahead }])

const slotOf = (outcome: BorrowOutcome) => (outcome.granted ? (outcome.slots[0] ?? -1) : -1)

describe('counters of a machine', () => {
  it('survive the end of their process', async () => {
    const first = open()
    await borrow(first.store, burst, 3)
    const slot = slotOf(await borrow(first.store, budget, 500))
    await first.store.report(alice, 1, [
      { counter: budget, slot, used: 400, released: 500, spare: 0 },
    ])
    const second = reopen(first)
    expect(await second.store.view([burst, budget])).toMatchObject([
      { used: 3, reserved: 0, unsettled: 0 },
      { used: 400, reserved: 0, unsettled: 0 },
    ])
    expect((await borrow(second.store, budget, 601)).granted).toBe(false)
    expect((await borrow(second.store, budget, 600)).granted).toBe(true)
  })

  it('tell what was lent when their process ended, once', async () => {
    const first = open()
    await borrow(first.store, budget, 300, 100)
    const second = reopen(first)
    expect(await second.store.view([budget])).toMatchObject([
      { used: 0, reserved: 0, unsettled: 400 },
    ])
    const third = reopen(second)
    expect(await third.store.view([budget])).toMatchObject([
      { used: 0, reserved: 0, unsettled: 400 },
    ])
    expect((await borrow(third.store, budget, 1000)).granted).toBe(true)
  })

  it('forget windows that have ended, in the file too', async () => {
    const first = open()
    for (let minute = 0; minute < 200; minute++) {
      await borrow(first.store, burst, 1)
      clock.setWallTime(clock.now() + 30_000)
    }
    const count = first.database
      .open()
      .prepare('SELECT count(*) AS rows FROM counter_buckets')
      .get()
    expect(Number(count?.['rows'])).toBeLessThan(5)
    clock.setWallTime(clock.now() + 3_600_000)
    const second = reopen(first)
    expect(await second.store.view([burst])).toMatchObject([{ used: 0 }])
    const left = second.database.open().prepare('SELECT count(*) AS rows FROM counters').get()
    expect(left).toEqual({ rows: 0 })
  })

  it('begin anew when the window of a limit is changed', async () => {
    const first = open()
    await borrow(first.store, burst, 10)
    const longer: Counter = { ...burst, window: { type: 'Sliding', everyMs: 120_000 } }
    expect((await borrow(first.store, longer, 4)).granted).toBe(true)
    const second = reopen(first)
    expect(await second.store.view([longer])).toMatchObject([{ used: 4 }])
  })

  it('keep what is used when the amount of a limit is changed', async () => {
    const { store } = open()
    await borrow(store, burst, 10)
    expect((await borrow(store, { ...burst, limit: 12 }, 2)).granted).toBe(true)
    expect((await borrow(store, { ...burst, limit: 5 }, 1)).granted).toBe(false)
  })

  it('belong to one process', async () => {
    const first = open()
    await first.store.view([burst])
    const second = open()
    await expect(second.store.view([burst])).rejects.toThrow(
      /in use by another process: give each Fairlead a --data-dir of its own/,
    )
    first.database.close()
    await clock.advance(5000)
    expect(await second.store.view([burst])).toMatchObject([{ used: 0 }])
  })

  it('say what to do when their file cannot be used, and resume by themselves', async () => {
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, 'file', 'usage.db')
    const { store } = open(path)
    await expect(store.view([burst])).rejects.toThrow(CounterStoreUnavailable)
    await expect(borrow(store, burst, 1)).rejects.toThrow(`${path} cannot be written: let the user`)
    rmSync(join(folder, 'file'))
    await clock.advance(5000)
    expect((await borrow(store, burst, 1)).granted).toBe(true)
  })

  it('take back what they could not keep', async () => {
    const { store, database } = open()
    const slot = slotOf(await borrow(store, budget, 100))
    const sqlite = database.open()
    sqlite.exec('PRAGMA query_only = ON')
    await expect(borrow(store, budget, 900)).rejects.toThrow(CounterStoreUnavailable)
    await expect(borrow(store, burst, 5)).rejects.toThrow(CounterStoreUnavailable)
    const reports = [{ counter: budget, slot, used: 60, released: 100, spare: 0 }]
    await expect(store.report(alice, 1, reports)).rejects.toThrow(CounterStoreUnavailable)
    sqlite.exec('PRAGMA query_only = OFF')
    await store.report(alice, 1, reports)
    const reopened = reopen({ database })
    expect(await reopened.store.view([budget, burst])).toMatchObject([
      { used: 60, reserved: 0, unsettled: 0 },
      { used: 0, reserved: 0, unsettled: 0 },
    ])
  })

  it('are as they were, wherever they are cut off', async () => {
    const { store, database } = open()
    const random = new SeededRandom(17)
    const holders = ['one', 'two'].map((id) => ({ id, sequence: 0, lent: 0, slot: 0 }))
    for (let step = 0; step < 300; step++) {
      const holder = random.pick(holders)
      const dice = random.next()
      if (dice < 0.5) {
        const outcome = await store.borrow({ id: holder.id }, [
          { claim: { counter: burst, amount: random.below(2), shadow: false }, ahead: 0 },
          { claim: { counter: budget, amount: random.below(90), shadow: false }, ahead: 9 },
        ])
        if (!outcome.granted) continue
        holder.lent += outcome.lent[1] ?? 0
        holder.slot = outcome.slots[1] ?? 0
      } else if (dice < 0.9) {
        const released = random.below(holder.lent + 1)
        holder.lent -= released
        holder.sequence += 1
        const used = random.below(1 + Math.floor(released / 20))
        await store.report({ id: holder.id }, holder.sequence, [
          { counter: budget, slot: holder.slot, used, released, spare: 0 },
        ])
      } else {
        clock.setWallTime(clock.now() + random.below(20_000))
      }
      const cut = new CounterBook({ clock })
      cut.restore(new CounterJournal(database.open()).read())
      const now = await store.view([burst, budget])
      const then = cut.view([burst, budget])
      expect(then.map(({ used }) => used)).toEqual(now.map(({ used }) => used))
      expect(then.map(({ reserved }) => reserved)).toEqual([0, 0])
      expect(then.map(({ unsettled }) => unsettled)).toEqual(
        now.map(({ reserved, unsettled }) => reserved + unsettled),
      )
    }
  })

  it('are readable by the owner of their file only', async () => {
    const { store } = open()
    await store.view([burst])
    expect(statSync(join(folder, 'data', 'usage.db')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'data', 'usage.db-wal')).mode & 0o777).toBe(0o600)
  })
})
