import { DatabaseSync } from 'node:sqlite'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { CounterStoreUnavailable } from '../../counters/counter.ts'
import type { UsageDimensions, UsageEntry, UsageLedger, UsageQuery } from '../../ledger/ledger.ts'
import { MemoryLedger } from '../../ledger/memory-ledger.ts'
import { dayAfter } from '../../ledger/usage-days.ts'
import { addUsage, noUsage } from '../../ledger/usage-sums.ts'
import { ledgerSchema } from './ledger-schema.ts'
import { LedgerTable } from './ledger-table.ts'
import { readUsage } from './ledger-reader.ts'
import { ProcessLedger } from './process-ledger.ts'
import { RateableTable } from './rateable-table.ts'

const today = '2026-03-01'
const clock = () => new FakeClock(Date.parse(`${today}T12:00:00Z`))

const entry: UsageEntry = {
  day: today,
  tenant: 'default/app@1',
  consumer: 'default/app',
  model: 'small',
  provider: 'default/openai',
  prompt: '',
  groups: 'staff',
  ...noUsage,
  calls: 1,
  inputTokens: 10,
  outputTokens: 5,
  nanodollars: 1500,
}
const other: UsageEntry = {
  ...entry,
  tenant: 'team/other@2',
  consumer: 'team/other',
  groups: 'a%2Cb,staff',
}
const everything: UsageQuery = {
  from: dayAfter(today, -30),
  to: today,
  tenant: undefined,
  consumer: undefined,
  namespace: undefined,
  group: undefined,
  by: [],
}

function processLedger(database = new DatabaseSync(':memory:')): ProcessLedger {
  const opened = { open: () => database, described: (error: unknown) => error as Error }
  return new ProcessLedger({ database: opened, clock: clock(), logger: silentLogger })
}

describe.each<[string, () => UsageLedger]>([
  ['in memory', () => new MemoryLedger()],
  ['in SQLite', () => processLedger()],
])('a ledger %s', (_where, open) => {
  it('adds up what is noted, and answers with it at once', async () => {
    const ledger = open()
    ledger.note(entry)
    ledger.note({ ...entry, failedCalls: 1 })
    ledger.note({ ...entry, model: 'large' })
    const { entries, total, isCut } = await ledger.query({ ...everything, by: ['day', 'model'] })
    const blank = { tenant: '', consumer: '', provider: '', prompt: '', groups: '' }
    expect(entries).toEqual([
      { ...entry, ...blank, model: 'large' },
      {
        ...entry,
        ...blank,
        calls: 2,
        failedCalls: 1,
        inputTokens: 20,
        outputTokens: 10,
        nanodollars: 3000,
      },
    ])
    expect(total).toMatchObject({ calls: 3, inputTokens: 30, nanodollars: 4500 })
    expect(isCut).toBe(false)
  })

  it.each<[Partial<UsageQuery>, number]>([
    [{}, 4],
    [{ tenant: 'default/app@1' }, 3],
    [{ tenant: 'default/app' }, 0],
    [{ consumer: 'team/other' }, 1],
    [{ namespace: 'default' }, 3],
    [{ namespace: 'def' }, 0],
    [{ namespace: 'de_ault' }, 0],
    [{ group: 'staff' }, 4],
    [{ group: 'a,b' }, 1],
    [{ group: 'a' }, 0],
    [{ from: today }, 3],
    [{ to: dayAfter(today, -1) }, 1],
    [{ from: today, tenant: 'default/app@1', group: 'staff', namespace: 'default' }, 2],
  ])('counts what is asked for: %j', async (asked, calls) => {
    const ledger = open()
    for (const one of [entry, entry, { ...entry, day: dayAfter(today, -1) }, other])
      ledger.note(one)
    const { entries, total } = await ledger.query({ ...everything, ...asked })
    expect(total.calls).toBe(calls)
    expect(entries.map((sum) => sum.calls)).toEqual(calls === 0 ? [] : [calls])
  })

  it('stays exact at the greatest sums', async () => {
    const ledger = open()
    const nanodollars = 9_000_000_000_000_000
    ledger.note({ ...entry, nanodollars })
    ledger.note({ ...entry, nanodollars: 7 })
    expect((await ledger.query(everything)).total.nanodollars).toBe(nanodollars + 7)
    ledger.note({ ...other, nanodollars })
    expect((await ledger.query(everything)).total.nanodollars).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('knows the last hour in which each key of a tenant was used', async () => {
    const ledger = open()
    const use = { tenant: entry.tenant, key: 'b', hourMs: 7_200_000 }
    ledger.noteKeyUse(use)
    ledger.noteKeyUse({ ...use, hourMs: 3_600_000 })
    ledger.noteKeyUse({ ...use, key: 'a', hourMs: 0 })
    ledger.noteKeyUse({ ...use, tenant: other.tenant })
    expect(await ledger.keyUses(entry.tenant)).toEqual([{ ...use, key: 'a', hourMs: 0 }, use])
  })
})

const nowMs = Date.parse(`${today}T12:00:00Z`)
const call: UsageDimensions = {
  day: entry.day,
  tenant: entry.tenant,
  consumer: entry.consumer,
  model: entry.model,
  provider: entry.provider,
  groups: entry.groups,
  prompt: 'default/greet@2',
}
const rateable = { ...call, requestId: 'req_1', endedAtMs: nowMs }
const rating = { requestId: 'req_1', tenant: entry.tenant, thousandths: 500, atMs: nowMs }

describe.each<[string, () => UsageLedger]>([
  ['in memory', () => new MemoryLedger()],
  ['in SQLite', () => processLedger()],
])('ratings in a ledger %s', (_where, open) => {
  const ratingsOf = async (ledger: UsageLedger) => {
    const { entries } = await ledger.query({ ...everything, by: ['prompt'] })
    return entries.map((each) => [each.prompt, each.calls, each.ratings, each.ratingThousandths])
  }

  it('count once for each call, and the last one counts', async () => {
    const ledger = open()
    ledger.note({ ...entry, prompt: call.prompt })
    ledger.noteRateable(rateable)
    expect(await ledger.rate(rating)).toEqual({ prompt: call.prompt, isReplaced: false })
    expect(await ratingsOf(ledger)).toEqual([[call.prompt, 1, 1, 500]])
    ledger.noteRateable(rateable)
    const last = await ledger.rate({ ...rating, thousandths: 200 })
    expect(last).toEqual({ prompt: call.prompt, isReplaced: true })
    expect(await ratingsOf(ledger)).toEqual([[call.prompt, 1, 1, 200]])
    const { total } = await ledger.query(everything)
    expect(total.ratingSquares).toBe(40_000)
  })

  it.each([
    ['another tenant', { tenant: other.tenant }],
    ['nobody', { tenant: '' }],
    ['somebody who knows another id', { requestId: 'req_2' }],
    ['the tenant after a day', { atMs: nowMs + 86_400_001 }],
  ])('are refused to %s', async (_whom, changed) => {
    const ledger = open()
    ledger.noteRateable(rateable)
    expect(await ledger.rate({ ...rating, ...changed })).toBeUndefined()
    expect(await ratingsOf(ledger)).toEqual([])
  })
})

describe('the ledger in SQLite', () => {
  it('takes over the rows of a version that knew no ratings', async () => {
    const database = new DatabaseSync(':memory:')
    processLedger(database).note(entry)
    await processLedger(database).query(everything)
    for (const figure of ['durationMs', 'durationSquares', 'ratings', 'ratingThousandths']) {
      database.exec(`ALTER TABLE ledger DROP COLUMN ${figure}`)
    }
    const ledger = processLedger(database)
    ledger.note({ ...entry, durationMs: 12 })
    expect((await ledger.query(everything)).total).toMatchObject({ calls: 1, durationMs: 12 })
  })

  it('remembers calls that can be rated, after a restart too, and not for ever', () => {
    const database = new DatabaseSync(':memory:')
    database.exec(ledgerSchema)
    const table = new RateableTable(database, new FakeClock(nowMs), 2)
    const later = [1, 2, 3].map((hour) => ({
      ...rateable,
      requestId: `req_${hour}`,
      endedAtMs: nowMs + hour,
    }))
    table.add(later)
    const known = (at: RateableTable) =>
      later.filter(({ requestId }) => at.rate({ ...rating, requestId }) !== undefined)
    expect(known(table).map(({ requestId }) => requestId)).toEqual(['req_2', 'req_3'])
    const again = new RateableTable(database, new FakeClock(nowMs + 86_400_003), 2)
    again.add([{ ...rateable, requestId: 'req_4', endedAtMs: nowMs + 86_400_003 }])
    expect(known(again).map(({ requestId }) => requestId)).toEqual(['req_3'])
  })

  it('remembers after a restart', async () => {
    const database = new DatabaseSync(':memory:')
    const before = processLedger(database)
    before.note(entry)
    before.close()
    expect((await processLedger(database).query(everything)).total.calls).toBe(1)
  })

  it('keeps in memory what cannot be stored, and stores it later', async () => {
    const database = new DatabaseSync(':memory:')
    const ledger = processLedger(database)
    await ledger.query(everything)
    database.exec('ALTER TABLE ledger RENAME TO away')
    ledger.note(entry)
    await expect(ledger.query(everything)).rejects.toThrow(CounterStoreUnavailable)
    ledger.note(entry)
    database.exec('ALTER TABLE away RENAME TO ledger')
    expect((await ledger.query(everything)).total.calls).toBe(2)
  })

  const bounds = { rowsPerDay: 6, rowsPerTenantAndDay: 3, rows: 10, keys: 2 }
  const add = (table: LedgerTable, entries: readonly UsageEntry[]) =>
    table.add({ entries, keyUses: [], rateable: [] })

  it('tells models, and then callers, no longer apart when it is full, and loses no figure', () => {
    const database = new DatabaseSync(':memory:')
    const table = new LedgerTable(database, clock(), bounds)
    for (let tenant = 0; tenant < 4; tenant += 1) {
      for (let model = 0; model < 10; model += 1) {
        add(table, [{ ...entry, tenant: `t${tenant}`, consumer: `c${tenant}`, model: `m${model}` }])
      }
    }
    const { entries, total } = readUsage(database, { ...everything, by: ['tenant', 'model'] })
    expect(total).toEqual(
      Array.from({ length: 40 }, () => entry as object as typeof noUsage).reduce(addUsage, noUsage),
    )
    expect(entries.map(({ tenant, model, calls }) => [tenant, model, calls])).toEqual([
      ['', 'other', 28],
      ['t0', 'm0', 1],
      ['t0', 'm1', 1],
      ['t0', 'm2', 1],
      ['t0', 'other', 7],
      ['t1', 'm0', 1],
      ['t1', 'm1', 1],
    ])
  })

  it('forgets days that are too old, and the oldest of too many rows', () => {
    const database = new DatabaseSync(':memory:')
    const time = clock()
    const old = { ...entry, day: dayAfter(today, -400) }
    add(new LedgerTable(database, time, { ...bounds, rows: 100 }), [
      old,
      ...[1, 2, 3].flatMap((day) =>
        ['a', 'b', 'c'].flatMap((tenant) =>
          ['x', 'y'].map((model) => ({ ...entry, tenant, model, day: dayAfter(today, -day) })),
        ),
      ),
    ])
    add(new LedgerTable(database, time, { ...bounds, rows: 13 }), [entry])
    const days = readUsage(database, { ...everything, from: old.day, by: ['day'] })
    expect(days.entries.map(({ day }) => day)).toEqual([
      dayAfter(today, -2),
      dayAfter(today, -1),
      today,
    ])
  })
})
