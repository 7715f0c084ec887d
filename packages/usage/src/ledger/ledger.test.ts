import { describe, expect, it } from 'vitest'
import { joinedGroups, splitGroups } from './joined-groups.ts'
import type { UsageEntry } from './ledger.ts'
import { PendingUsage } from './pending-usage.ts'
import { dayAfter, dayAt, daysBetween, hourAt, isDay } from './usage-days.ts'
import { addUsage, noUsage } from './usage-sums.ts'

const entry: UsageEntry = {
  day: '2026-02-28',
  tenant: 'default/app@1',
  consumer: 'default/app',
  model: 'small',
  provider: 'default/openai',
  prompt: '',
  groups: 'a,b',
  ...noUsage,
  calls: 1,
  inputTokens: 10,
}

describe('days', () => {
  it.each(['2026-02-28', '2024-02-29', '1970-01-01'])('%s is a day', (day) => {
    expect(isDay(day)).toBe(true)
  })

  it.each([
    '2026-02-29',
    '2026-13-01',
    '2026-00-01',
    '26-01-01',
    '2026-1-1',
    '0001-01-01',
    '2026-01-01T00',
    '',
  ])('"%s" is none', (text) => {
    expect(isDay(text)).toBe(false)
  })

  it('are those of UTC, whatever the time', () => {
    expect(dayAt(Date.parse('2026-02-28T23:59:59.999Z'))).toBe('2026-02-28')
    expect(hourAt(Date.parse('2026-02-28T23:59:59.999Z'))).toBe(Date.parse('2026-02-28T23:00:00Z'))
    expect(dayAfter('2026-02-28', 1)).toBe('2026-03-01')
    expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28')
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(2)
    expect(daysBetween('2026-03-01', '2026-02-28')).toBe(0)
  })
})

describe('groups', () => {
  it.each([[[]], [['b', 'a']], [['a,b', 'a%2Cb', '100%', ' ']]])(
    '%j come back, sorted',
    (groups) => {
      expect([...splitGroups(joinedGroups(groups))].toSorted()).toEqual(groups.toSorted())
    },
  )

  it('are bounded in length, by whole names', () => {
    const groups = Array.from({ length: 100 }, (_, index) => `${'g'.repeat(50)}${index + 100}`)
    const joined = joinedGroups(groups)
    expect(joined.length).toBeLessThanOrEqual(1024)
    expect(splitGroups(joined).every((group) => groups.includes(group))).toBe(true)
  })
})

describe('notes that wait', () => {
  it('are one row as long as their dimensions are equal', () => {
    const pending = new PendingUsage()
    for (let call = 0; call < 1000; call += 1) pending.add(entry)
    pending.add({ ...entry, model: 'large' })
    expect(pending.take().entries).toEqual([
      { ...entry, calls: 1000, inputTokens: 10_000 },
      { ...entry, model: 'large' },
    ])
    expect(pending.isEmpty).toBe(true)
  })

  it('lose names and never figures when there are too many', () => {
    const pending = new PendingUsage()
    for (let call = 0; call < 5000; call += 1) {
      pending.add({ ...entry, tenant: `t${call}`, model: `m${call}` })
      pending.add({ ...entry, model: `m${call}` })
    }
    const { entries } = pending.take()
    expect(entries.length).toBeLessThan(2010)
    expect(entries.reduce(addUsage, noUsage)).toEqual({
      ...noUsage,
      calls: 10_000,
      inputTokens: 100_000,
    })
  })

  it('keep the latest use of a key', () => {
    const pending = new PendingUsage()
    for (const hourMs of [3, 5, 4]) pending.addKeyUse({ tenant: 'a', key: 'k', hourMs })
    expect(pending.take().keyUses).toEqual([{ tenant: 'a', key: 'k', hourMs: 5 }])
  })
})
