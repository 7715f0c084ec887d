import { FakeClock } from '@fairlead/base/testing'
import { CounterStoreUnavailable, MemoryLedger, type UsageLedger } from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import { consumerOf, simulatorOf } from './test-support/snapshot.ts'
import { type TestGateway, testGateway } from './test-support/test-gateway.ts'

const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi there' }] }
const everything = {
  models: ['*'],
  promptTemplates: [],
  personas: [],
  contextStrategies: [],
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

interface Sums {
  readonly calls: number
  readonly failed_calls: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cost_usd: string
  readonly unpriced_calls: number
}

interface Usage {
  readonly from: string
  readonly to: string
  readonly by: readonly string[]
  readonly data: readonly (Sums & Readonly<Record<string, unknown>>)[]
  readonly total: Sums
}

const get = (gateway: TestGateway, query: string, key: string) =>
  fetch(`${gateway.url}/v1/usage${query}`, { headers: bearer(key) })

async function usageOf(gateway: TestGateway, query: string, key = 'good'): Promise<Usage> {
  const response = await get(gateway, query, key)
  expect(response.status).toBe(200)
  return (await response.json()) as Usage
}

async function startGateway(ledger: UsageLedger = new MemoryLedger(), clock = new FakeClock()) {
  const gateway = await testGateway({
    gateway: { auth: 'Optional', anonymousAccess: everything },
    providers: [simulatorOf('simulator')],
    consumers: [
      consumerOf('app', { groups: ['staff'] }),
      consumerOf('other', { access: { ...everything, models: ['gpt-4o'] } }),
    ],
    secrets: { app: 'good', other: 'else' },
    options: { clock, ledger },
  })
  return { gateway, clock }
}

describe('GET /v1/usage', () => {
  it('tells a caller what it has used, which is the sum of its log lines', async () => {
    const { gateway } = await startGateway()
    for (const stream of [false, true, false]) {
      await (await gateway.chat({ ...body, stream }, bearer('good'))).text()
    }
    await (await gateway.chat(body, bearer('else'))).text()
    const lines = gateway.logs.filter(({ message, fields }) => {
      return message === 'call' && fields['consumer'] === 'default/app'
    })
    const sumOf = (field: string) =>
      lines.reduce((sum, { fields }) => sum + Number(fields[field] ?? 0), 0)
    expect(lines).toHaveLength(3)
    const { total, data } = await usageOf(gateway, '')
    expect(total).toMatchObject({
      calls: 3,
      failed_calls: 0,
      input_tokens: sumOf('inputTokens'),
      output_tokens: sumOf('outputTokens'),
    })
    expect(total.input_tokens).toBeGreaterThan(0)
    expect(data).toEqual([{ day: '2026-01-01', model: 'other', ...total }])
  })

  it('counts calls that fail, and no request that is none', async () => {
    const { gateway } = await startGateway()
    await (await gateway.chat(body, bearer('else'))).text()
    expect((await gateway.chat({ ...body, model: 'none' }, bearer('else'))).ok).toBe(false)
    expect((await gateway.chat({ messages: 1 }, bearer('else'))).status).toBe(400)
    await fetch(`${gateway.url}/v1/models`, { headers: bearer('else') })
    const { total } = await usageOf(gateway, '', 'else')
    expect(total).toMatchObject({ calls: 2, failed_calls: 1 })
  })

  it('tells days, models, providers and prompts apart, as asked', async () => {
    const { gateway, clock } = await startGateway()
    await (await gateway.chat(body, bearer('good'))).text()
    await clock.advance(86_400_000)
    await (await gateway.chat(body, bearer('good'))).text()
    const { from, to, data } = await usageOf(gateway, '?by=prompt,provider,day')
    expect({ from, to }).toEqual({ from: '2025-12-04', to: '2026-01-02' })
    expect(data).toMatchObject([
      { day: '2026-01-01', provider: 'default/simulator', prompt: null, calls: 1 },
      { day: '2026-01-02', provider: 'default/simulator', prompt: null, calls: 1 },
    ])
    expect((await usageOf(gateway, '?from=2026-01-02&to=2026-01-02')).total.calls).toBe(1)
    expect((await usageOf(gateway, '?to=2025-12-31')).data).toEqual([])
  })

  it.each([
    ['?from=2026-02-30', 'from'],
    ['?from=yesterday', 'from'],
    ['?to=0001-01-01', 'to'],
    ['?from=2026-01-02&to=2026-01-01', 'from'],
    ['?from=2020-01-01&to=2026-01-01', 'from'],
    ['?by=tenant', 'by'],
    ['?by=', 'by'],
    ['?consumer=default/other', 'consumer'],
  ])('refuses %s, and says what to do', async (query, param) => {
    const { gateway } = await startGateway()
    const response = await get(gateway, query, 'good')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param } })
  })

  it('is for callers with a key', async () => {
    const { gateway } = await startGateway()
    const response = await fetch(`${gateway.url}/v1/usage`)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { code: 'api_key_needed' } })
  })

  it('is a 503 while the store cannot be read', async () => {
    const ledger = new MemoryLedger()
    ledger.query = () => Promise.reject(new CounterStoreUnavailable('away'))
    const { gateway } = await startGateway(ledger)
    const response = await get(gateway, '', 'good')
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ error: { code: 'usage_unavailable' } })
  })
})

describe('the ledger', () => {
  it('knows groups, and the hour in which a key was used last', async () => {
    const ledger = new MemoryLedger()
    const { gateway, clock } = await startGateway(ledger)
    await clock.advance(90 * 60_000)
    await (await gateway.chat(body, bearer('good'))).text()
    const asked = { from: '2026-01-01', to: '2026-01-01', group: 'staff', by: ['groups'] as const }
    const everyone = { tenant: undefined, consumer: undefined, namespace: undefined }
    const { entries } = await ledger.query({ ...everyone, ...asked })
    expect(entries).toMatchObject([{ groups: 'staff', calls: 1 }])
    expect(await ledger.keyUses('default/app')).toEqual([
      { tenant: 'default/app', key: 'first', hourMs: Date.parse('2026-01-01T01:00:00Z') },
    ])
  })

  it('counts a call once, whose caller sends it again', async () => {
    const { gateway } = await startGateway()
    const headers = { ...bearer('good'), 'idempotency-key': 'one' }
    await (await gateway.chat(body, headers)).text()
    const before = await usageOf(gateway, '')
    await (await gateway.chat(body, headers)).text()
    const after = await usageOf(gateway, '')
    expect(after.total).toEqual({ ...before.total, calls: 2 })
  })
})
