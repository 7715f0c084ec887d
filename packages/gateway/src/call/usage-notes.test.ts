import { FakeClock } from '@fairlead/base/testing'
import { MemoryLedger } from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import type { CallTarget } from '../routing/call-target.ts'
import { CallRecord } from './call-record.ts'
import { UsageNotes } from './usage-notes.ts'

const nowMs = Date.parse('2026-03-01T23:59:59Z')
const usage = {
  inputTokens: 10,
  cachedInputTokens: 4,
  cacheWriteInputTokens: 0,
  outputTokens: 5,
  reasoningTokens: 2,
}

/** A target whose calls cost so many nanodollars each. */
const targetAt = (provider: string, nanodollars: number) =>
  ({
    provider: { key: provider },
    price: { cost: () => ({ state: 'Priced', nanodollars }) },
  }) as unknown as CallTarget

function bench() {
  const ledger = new MemoryLedger()
  const record = new CallRecord('req_1', new FakeClock())
  record.tenant = 'default/app'
  record.consumer = 'default/app'
  const query = {
    from: '2026-03-01',
    to: '2026-03-02',
    tenant: undefined,
    consumer: undefined,
    namespace: undefined,
    group: undefined,
  }
  const by = (...names: readonly ('day' | 'provider')[]) => ledger.query({ ...query, by: names })
  return { ledger, record, notes: new UsageNotes(ledger), by }
}

describe('what is noted of a call', () => {
  it('is what it has used and cost, on the day on which it ended', async () => {
    const { notes, record, by } = bench()
    Object.assign(record, {
      target: targetAt('default/one', 7),
      usage,
      costNanodollars: 7,
      priceState: 'Priced',
    })
    notes.noteCall(record, 'small', nowMs, 120)
    notes.noteCall(record, 'small', nowMs + 1000, 120)
    const { entries } = await by('day')
    expect(entries).toMatchObject([
      { day: '2026-03-01', calls: 1, nanodollars: 7, inputTokens: 10, cachedInputTokens: 4 },
      { day: '2026-03-02', calls: 1, nanodollars: 7, outputTokens: 5, reasoningTokens: 2 },
    ])
  })

  it('stands at each provider that was asked, and is together what the call cost', async () => {
    const { notes, record, by } = bench()
    record.spent.push(
      { target: targetAt('default/one', 4), usage },
      { target: targetAt('default/two', 4), usage },
    )
    // Rounded once, it is one less than its rounded parts.
    Object.assign(record, {
      target: targetAt('default/two', 4),
      costNanodollars: 7,
      priceState: 'Priced',
    })
    notes.noteCall(record, 'small', nowMs, 120)
    const { entries, total } = await by('provider')
    expect(entries).toMatchObject([
      { provider: 'default/one', calls: 0, inputTokens: 10, nanodollars: 4 },
      { provider: 'default/two', calls: 1, inputTokens: 10, nanodollars: 3 },
    ])
    expect(total).toMatchObject({ calls: 1, inputTokens: 20, nanodollars: 7, unpricedCalls: 0 })
  })

  it('has no cost where the price is not known', async () => {
    const { notes, record, by } = bench()
    Object.assign(record, { target: targetAt('default/one', 4), usage, priceState: 'Unpriced' })
    notes.noteCall(record, 'small', nowMs, 120)
    expect((await by()).total).toMatchObject({ calls: 1, nanodollars: 0, unpricedCalls: 1 })
  })

  it('is the hour of a key, once for all its requests in it', async () => {
    const { ledger, notes, record } = bench()
    const noted: number[] = []
    ledger.noteKeyUse = ({ hourMs }) => void noted.push(hourMs)
    notes.noteKey(record, nowMs)
    record.keyName = 'ci'
    for (const time of [nowMs, nowMs, nowMs + 1000]) notes.noteKey(record, time)
    expect(noted.map((hourMs) => new Date(hourMs).toISOString())).toEqual([
      '2026-03-01T23:00:00.000Z',
      '2026-03-02T00:00:00.000Z',
    ])
  })
})
