import { CounterStoreUnavailable, MemoryLedger, noUsage, type UsageEntry } from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import { type AdminUsage, answerUsage, type AskedLedger, type PromptUsage } from './admin-usage.ts'
import { usageReport } from './usage-report.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')

const entry: UsageEntry = {
  day: '2026-03-01',
  tenant: 'web/shop@1',
  consumer: 'web/shop',
  model: 'small',
  provider: 'web/openai',
  prompt: '',
  groups: 'a%2Cb,staff',
  ...noUsage,
  calls: 2,
  failedCalls: 1,
  inputTokens: 1000,
  outputTokens: 50,
  nanodollars: 125_000,
}
const others: readonly UsageEntry[] = [
  { ...entry, consumer: '', tenant: 'jwt:corporate:alice', groups: '', unpricedCalls: 2 },
  { ...entry, consumer: '', tenant: '', groups: '', day: '2026-02-28' },
]

function ledger(entries: readonly UsageEntry[] = [entry, ...others]): MemoryLedger {
  const noted = new MemoryLedger()
  for (const one of entries) noted.note(one)
  return noted
}

const ask = (query: string, asked: AskedLedger | undefined = ledger(), path = '/usage') =>
  answerUsage(path, new URLSearchParams(query), asked, nowMs)

async function usage(query: string, entries?: readonly UsageEntry[]): Promise<AdminUsage> {
  const answer = await ask(query, ledger(entries))
  expect(answer).toMatchObject({ status: 200, contentType: 'application/json' })
  return JSON.parse(answer?.body ?? '') as AdminUsage
}

describe('GET /usage/prompt of the admin port', () => {
  it('has the sums of each version of one prompt', async () => {
    const of = (prompt: string, parts: Partial<UsageEntry> = {}) => ({ ...entry, prompt, ...parts })
    const noted = ledger([
      of('web/greet@1'),
      of('web/greet@1', { model: 'large', ratings: 1, ratingThousandths: 500 }),
      of('web/greet@2.1'),
      of('web/greeting@1'),
      of('other/greet@1'),
    ])
    const answer = await ask('name=web/greet', noted, '/usage/prompt')
    const { prompt, versions } = JSON.parse(answer?.body ?? '') as PromptUsage
    expect(prompt).toBe('web/greet')
    expect(versions.map(({ version, calls, ratings }) => [version, calls, ratings])).toEqual([
      ['1', 4, 1],
      ['2.1', 2, 0],
    ])
  })

  it.each(['', 'name=greet', 'name=web/greet@1', 'name=web/greet&by=day'])(
    'refuses "%s"',
    async (query) => {
      expect(await ask(query, ledger(), '/usage/prompt')).toMatchObject({ status: 400 })
    },
  )
})

describe('GET /usage of the admin port', () => {
  it('tells Consumers apart, and callers without one by what their token says', async () => {
    const { from, to, data, total } = await usage('')
    expect({ from, to }).toEqual({ from: '2026-01-31', to: '2026-03-01' })
    expect(data.map(({ consumer, calls, cost_usd: cost }) => [consumer, calls, cost])).toEqual([
      [null, 2, '0.000125'],
      ['jwt:corporate:alice', 2, '0.000125'],
      ['web/shop', 2, '0.000125'],
    ])
    expect(total).toMatchObject({ calls: 6, cost_usd: '0.000375', unpriced_calls: 2 })
  })

  it('counts a caller in each of its groups, and in the total once', async () => {
    const { data, total } = await usage('by=group&from=2026-03-01')
    expect(data.map(({ group, calls }) => [group, calls])).toEqual([
      [null, 2],
      ['a,b', 2],
      ['staff', 2],
    ])
    expect(total.calls).toBe(4)
  })

  it.each([
    ['group=staff', 2],
    ['consumer=web/shop', 2],
    ['namespace=web', 2],
    ['namespace=we', 0],
    ['to=2026-02-28', 2],
  ])('is about what is asked for: %s', async (query, calls) => {
    expect((await usage(query)).total.calls).toBe(calls)
  })

  it.each(['by=tenant', 'from=1', 'until=2026-01-01', 'from=2026-03-02'])(
    'refuses %s',
    async (query) => {
      expect(await ask(query)).toMatchObject({ status: 400 })
    },
  )

  it('is a 503 before there is a ledger, and while it is unavailable', async () => {
    expect(await answerUsage('/usage', new URLSearchParams(), undefined, nowMs)).toMatchObject({
      status: 503,
    })
    const away = ledger()
    away.query = () => Promise.reject(new CounterStoreUnavailable('the disk is full'))
    expect(await ask('', away)).toEqual({ status: 503, body: 'the disk is full\n' })
  })

  it('knows when keys were used, and leaves other paths to others', async () => {
    const noted = ledger([])
    noted.noteKeyUse({ tenant: 'web/shop@1', key: 'ci', hourMs: nowMs })
    const answer = await ask('tenant=web/shop@1', noted, '/usage/keys')
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ data: [{ key: 'ci', hourMs: nowMs }] })
    expect(await ask('', noted, '/usages')).toBeUndefined()
  })
})

describe('usage for people', () => {
  it('is a table with a total, and says what the cost leaves out', async () => {
    expect(usageReport(await usage('by=consumer,day'), false)).toBe(
      [
        'Calls that ended from 2026-01-31 to 2026-03-01 (UTC); input and output are tokens',
        'DAY          CONSUMER              CALLS   FAILED   INPUT   OUTPUT   COST USD   UNPRICED',
        '2026-02-28   (anonymous)               2        1    1000       50   0.000125          0',
        '2026-03-01   jwt:corporate:alice       2        1    1000       50   0.000125          2',
        '2026-03-01   web/shop                  2        1    1000       50   0.000125          0',
        'TOTAL                                  6        3    3000      150   0.000375          2',
        'The cost is without the calls whose price is not known: see docs/usage.md.',
        '',
      ].join('\n'),
    )
  })

  it('has more columns when it is wide', async () => {
    expect(usageReport(await usage(''), true)).toContain('CACHED   OUTPUT   REASONING')
  })

  it('says when there is nothing', async () => {
    expect(usageReport(await usage('', []), false)).toBe(
      'No calls from 2026-01-31 to 2026-03-01.\n',
    )
  })
})
