import type { PriceBookSettings, PriceEntry } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const hello = { role: 'user', content: 'hi' }

const entry: PriceEntry = {
  providers: [],
  models: [],
  effectiveFromMs: undefined,
  effectiveUntilMs: undefined,
  price: {
    input: '1',
    cachedInput: undefined,
    cacheWrite: undefined,
    cacheWrite1h: undefined,
    output: '2',
    reasoning: undefined,
    audioInput: undefined,
    audioOutput: undefined,
  },
  perRequest: '0',
  tiers: [],
}

function bookOf(name: string, parts: Partial<PriceBookSettings>): PriceBookSettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    gateways: ['default/default'],
    catalogue: 'BuiltIn',
    markupPercent: '0',
    prices: [],
    ...parts,
  }
}

/** A gateway whose provider tells that an answer has used 1,000 and 100 tokens. */
async function bench(priceBooks: readonly PriceBookSettings[] = []) {
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }
  const upstream = await testUpstream(json(200, completion('ok', { usage })))
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    priceBooks,
  })
  const call = async (model: string) => {
    const response = await gateway.chat({ model, messages: [hello] })
    await response.text()
    const { fields } = gateway.logs.findLast(({ message }) => message === 'call') ?? {}
    return { header: response.headers.get('x-fairlead-cost-usd'), fields }
  }
  return { gateway, call }
}

describe('what a call costs', () => {
  it('is told in its head and in the log, by the catalogue', async () => {
    const { call } = await bench()
    const { header, fields } = await call('gpt-4o-mini')
    expect(header).toBe('0.00021')
    expect(fields).toMatchObject({ costUsd: '0.00021', priceState: 'Priced' })
  })

  it('is what the book says that names the gateway', async () => {
    const other = bookOf('other', { gateways: ['default/other'], catalogue: 'None' })
    const own = bookOf('own', { prices: [entry], markupPercent: '50' })
    const { call } = await bench([other, own])
    expect((await call('gpt-4o-mini')).header).toBe('0.0018')
  })

  it('is not known without a price, and never 0', async () => {
    const { call } = await bench([bookOf('own', { catalogue: 'None' })])
    const { header, fields } = await call('gpt-4o-mini')
    expect(header).toBeNull()
    expect(fields).toMatchObject({ costUsd: undefined, priceState: 'Unpriced', unpriced: true })
  })

  it('is 0 only where the price says so', async () => {
    const price = { ...entry.price, input: '0', output: '0' }
    const { call } = await bench([bookOf('own', { prices: [{ ...entry, price }] })])
    const { header, fields } = await call('gpt-4o-mini')
    expect(header).toBe('0')
    expect(fields).toMatchObject({ costUsd: '0', priceState: 'Free', unpriced: undefined })
  })

  it('follows the configuration', async () => {
    const { gateway, call } = await bench()
    const snapshot = gateway.snapshots.current()
    if (snapshot === undefined) throw new Error('there is no snapshot')
    gateway.snapshots.set({ ...snapshot, priceBooks: [bookOf('own', { prices: [entry] })] })
    expect((await call('gpt-4o-mini')).header).toBe('0.0012')
  })
})
