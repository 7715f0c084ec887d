import { silentLogger, systemClock } from '@fairlead/base'
import { type RedisServer, startRedisServer } from '@fairlead/base/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { UsageEntry, UsageLedger, UsageQuery } from '../../ledger/ledger.ts'
import { dayAt } from '../../ledger/usage-days.ts'
import { noUsage } from '../../ledger/usage-sums.ts'
import { openRedisState } from './redis-state.ts'

const today = dayAt(systemClock.now())

const entry: UsageEntry = {
  ...noUsage,
  day: today,
  tenant: 'default/app@1',
  consumer: 'default/app',
  model: 'small',
  provider: 'default/openai',
  prompt: '',
  groups: 'staff',
  calls: 1,
  inputTokens: 10,
  nanodollars: 9_000_000_000_000_000,
}
const everything: UsageQuery = {
  from: today,
  to: today,
  tenant: undefined,
  consumer: undefined,
  namespace: undefined,
  group: undefined,
  by: [],
}

let server: RedisServer
let gateways = 0

beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server[Symbol.asyncDispose]())

function open(gateway: string, writer: string, timeoutMs = 5000): UsageLedger {
  const state = openRedisState({
    gateway,
    writer,
    timeoutMs,
    clock: systemClock,
    logger: silentLogger,
    onAvailability: () => {},
  })
  state.use(server.url)
  onTestFinished(() => state.close())
  return state.ledger
}

describe('a ledger in Redis', () => {
  it('adds up what all processes note, for each day and tenant', async () => {
    const gateway = `ledger/${++gateways}`
    const [one, other] = [open(gateway, 'one'), open(gateway, 'other')]
    one.note(entry)
    one.note({ ...entry, model: 'large', nanodollars: 5 })
    other.note({ ...entry, nanodollars: 7, failedCalls: 1 })
    other.note({ ...entry, tenant: 'team/b@2', consumer: 'team/b', nanodollars: 1 })
    await other.query(everything)
    const { entries, total, isCut } = await one.query({
      ...everything,
      by: ['consumer', 'model'],
    })
    expect(
      entries.map((each) => [each.consumer, each.model, each.calls, each.nanodollars]),
    ).toEqual([
      ['default/app', 'large', 1, 5],
      // As large as a number may become.
      ['default/app', 'small', 2, 9_000_000_000_000_007],
      ['team/b', 'small', 1, 1],
    ])
    expect(total).toMatchObject({ calls: 4, failedCalls: 1, inputTokens: 40 })
    expect(isCut).toBe(false)
    const own = await other.query({ ...everything, tenant: 'team/b@2' })
    expect(own.total.calls).toBe(1)
    expect((await open(`${gateway}-other`, 'one').query(everything)).total.calls).toBe(0)
  })

  it('folds models where a tenant has too many', async () => {
    const ledger = open(`ledger/${++gateways}`, 'one')
    for (let model = 0; model < 300; model++) {
      ledger.note({ ...entry, model: `m-${model}`, nanodollars: 1 })
    }
    const { entries, total } = await ledger.query({ ...everything, by: ['model'] })
    expect(entries).toHaveLength(201)
    expect(entries.find(({ model }) => model === 'other')?.calls).toBe(100)
    expect(total).toMatchObject({ calls: 300, nanodollars: 300 })
  })

  it('knows when keys were used last', async () => {
    const ledger = open(`ledger/${++gateways}`, 'one')
    const use = { tenant: entry.tenant, key: 'first', hourMs: 7_200_000 }
    ledger.noteKeyUse(use)
    expect(await ledger.keyUses(entry.tenant)).toEqual([use])
    ledger.noteKeyUse({ ...use, hourMs: 3_600_000 })
    ledger.noteKeyUse({ ...use, key: 'another' })
    expect(await ledger.keyUses(entry.tenant)).toEqual([{ ...use, key: 'another' }, use])
    expect(await ledger.keyUses('team/b@2')).toEqual([])
  })

  it('counts the rating of a call once, whichever process is told, and the last one counts', async () => {
    const gateway = `ledger/${++gateways}`
    const [one, other] = [open(gateway, 'one'), open(gateway, 'other')]
    const { day, tenant, consumer, model, provider, groups } = entry
    const prompt = 'default/greet@2'
    const call = { day, tenant, consumer, model, provider, groups, prompt }
    const atMs = systemClock.now()
    one.note({ ...entry, prompt })
    one.noteRateable({ ...call, requestId: 'req_1', endedAtMs: atMs })
    one.noteRateable({ ...call, requestId: 'req_old', endedAtMs: atMs - 86_400_001 })
    await one.query(everything)
    const rating = { requestId: 'req_1', tenant, thousandths: 700, atMs }
    expect(await other.rate({ ...rating, tenant: 'team/b@2' })).toBeUndefined()
    expect(await other.rate({ ...rating, requestId: 'req_old' })).toBeUndefined()
    expect(await other.rate(rating)).toEqual({ prompt, isReplaced: false })
    expect(await other.rate({ ...rating, thousandths: 300 })).toEqual({ prompt, isReplaced: true })
    await other.query(everything)
    const { entries } = await one.query({ ...everything, by: ['prompt'] })
    expect(entries.map((each) => [each.calls, each.ratings, each.ratingThousandths])).toEqual([
      [1, 1, 300],
    ])
    expect(entries[0]?.ratingSquares).toBe(90_000)
  })

  it('adds to the rows of a version that knew fewer figures', async () => {
    const gateway = `ledger/${++gateways}`
    const row = JSON.stringify(['default/app', 'small', 'default/openai', '', 'staff'])
    const redis = new Redis(server.url)
    onTestFinished(() => redis.disconnect())
    await redis.hset(`{fairlead:${gateway}}:l:${today}/${entry.tenant}`, row, '3 0 30 0 0 0 5 0')
    await redis.hset(`{fairlead:${gateway}}:d:${today}`, entry.tenant, 1)
    const ledger = open(gateway, 'one')
    expect((await ledger.query(everything)).total).toMatchObject({ calls: 3, durationMs: 0 })
    ledger.note({ ...entry, durationMs: 20 })
    expect((await ledger.query(everything)).total).toMatchObject({
      calls: 4,
      inputTokens: 40,
      durationMs: 20,
    })
  })

  it('takes a batch once whose answer was lost', async () => {
    const gateway = `ledger/${++gateways}`
    const ledger = open(gateway, 'one', 300)
    ledger.note(entry)
    expect((await ledger.query(everything)).total.calls).toBe(1)
    ledger.note(entry)
    server.pause()
    await expect(ledger.query(everything)).rejects.toThrow('did not answer')
    server.resume()
    await expect
      .poll(async () => (await ledger.query(everything)).total.calls, { timeout: 10_000 })
      .toBe(2)
  })
})
