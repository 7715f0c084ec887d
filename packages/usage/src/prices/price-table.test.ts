import type { PriceBookSettings, PriceEntry } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { type ModelToPrice, PriceTable } from './price-table.ts'

const nowMs = Date.parse('2026-06-01T00:00:00Z')
const day = 86_400_000

function entry(input: string, parts: Partial<PriceEntry> = {}): PriceEntry {
  return {
    providers: [],
    models: [],
    effectiveFromMs: undefined,
    effectiveUntilMs: undefined,
    price: {
      input,
      cachedInput: undefined,
      cacheWrite: undefined,
      cacheWrite1h: undefined,
      output: undefined,
      reasoning: undefined,
      audioInput: undefined,
      audioOutput: undefined,
    },
    perRequest: '0',
    tiers: [],
    ...parts,
  }
}

function book(prices: PriceEntry[], parts: Partial<PriceBookSettings> = {}): PriceBookSettings {
  return {
    namespace: 'default',
    name: 'prices',
    generation: 1,
    gateways: ['default/main'],
    catalogue: 'BuiltIn',
    markupPercent: '0',
    prices,
    ...parts,
  }
}

function asked(parts: Partial<ModelToPrice> = {}): ModelToPrice {
  return {
    provider: 'default/openai',
    model: 'gpt-4o-mini',
    declared: undefined,
    vendor: 'openai',
    ...parts,
  }
}

function inputPrice(table: PriceTable, model: ModelToPrice, atMs = nowMs): string | undefined {
  return table.priceOf(model, atMs).price?.perMillion.input
}

const declared = {
  inputPerMillion: '7',
  cachedInputPerMillion: undefined,
  cacheWritePerMillion: undefined,
  outputPerMillion: undefined,
}

describe('the price of a model', () => {
  it('is the catalogue’s, without any book', () => {
    const { price, source } = new PriceTable(undefined).priceOf(asked(), nowMs)
    expect(source).toBe('Catalogue')
    expect(price?.perMillion).toMatchObject({ input: '0.15', output: '0.6' })
  })

  it('is unknown where nobody says it', () => {
    const unknown = { price: undefined, source: undefined, untilMs: Infinity }
    const table = new PriceTable(undefined)
    expect(table.priceOf(asked({ model: 'my-own' }), nowMs)).toEqual(unknown)
    expect(table.priceOf(asked({ model: 'x', vendor: undefined }), nowMs)).toEqual(unknown)
    const none = new PriceTable(book([], { catalogue: 'None' }))
    expect(none.priceOf(asked(), nowMs)).toEqual(unknown)
  })

  it('is the resource’s before the catalogue’s, which fills in what the resource leaves out', () => {
    const found = new PriceTable(undefined).priceOf(asked({ declared }), nowMs)
    expect(found.source).toBe('LLMProvider')
    expect(found.price?.perMillion).toMatchObject({ input: '7', output: '0.6' })
    const alone = new PriceTable(book([], { catalogue: 'None' })).priceOf(
      asked({ declared }),
      nowMs,
    )
    expect(alone.price?.perMillion).toMatchObject({ input: '7', output: undefined })
  })

  it('of the catalogue is another for much input, for an hour in a cache, and on a later day', () => {
    const table = new PriceTable(undefined)
    const sonnet = asked({ vendor: 'anthropic', model: 'claude-sonnet-4-5', provider: 'a/claude' })
    const used = {
      inputTokens: 200_001,
      cachedInputTokens: 0,
      cacheWriteInputTokens: 1000,
      cacheWrite1hInputTokens: 1000,
      outputTokens: 10,
      reasoningTokens: 0,
    }
    const cost = table.priceOf(sonnet, nowMs).price?.cost(used)
    expect(cost?.nanodollars).toBe(199_001 * 6000 + 1000 * 12_000 + 10 * 22_500)
    const own = asked({ ...sonnet, provider: 'a/own', declared })
    const ownCost = table.priceOf(own, nowMs).price?.cost(used)
    expect(ownCost?.nanodollars).toBe(199_001 * 7000 + 1000 * 12_000 + 10 * 22_500)
    const flash = asked({ vendor: 'google', model: 'gemini-3.6-flash', provider: 'a/google' })
    expect(inputPrice(table, flash)).toBe('0.75')
    expect(inputPrice(table, flash, Date.parse('2027-01-01T00:00:00Z'))).toBe('1.5')
  })

  it('is the book’s before both, as a whole', () => {
    const found = new PriceTable(book([entry('1')])).priceOf(asked({ declared }), nowMs)
    expect(found.source).toBe('PriceBook')
    expect(found.price?.perMillion).toMatchObject({ input: '1', output: undefined })
  })

  it.each<[string, Partial<ModelToPrice>]>([
    ['1', { model: 'gpt-4o' }],
    ['2', { model: 'gpt-4o-2024-08-06' }],
    ['2', { model: 'gpt-4o', provider: 'default/azure' }],
    ['3', { model: 'gpt-4', provider: 'default/azure' }],
    ['4', { model: 'GPT-4o' }],
  ])('is %s, the first that matches, for %j', (price, parts) => {
    const table = new PriceTable(
      book([
        entry('1', { providers: ['default/openai'], models: ['o3', 'gpt-4o'] }),
        entry('2', { models: ['gpt-4o*'] }),
        entry('3', { providers: ['default/azure'] }),
        entry('4'),
      ]),
    )
    expect(inputPrice(table, asked(parts))).toBe(price)
    expect(inputPrice(table, asked(parts))).toBe(price)
  })

  it('changes when a date passes, and not before', () => {
    const table = new PriceTable(
      book([
        entry('1', { effectiveFromMs: nowMs + day, effectiveUntilMs: nowMs + 2 * day }),
        entry('2', { effectiveUntilMs: nowMs + 3 * day }),
        entry('3', { effectiveFromMs: nowMs + 4 * day }),
      ]),
    )
    const at = (days: number) => inputPrice(table, asked(), nowMs + days * day)
    expect(at(0)).toBe('2')
    expect(at(0.999)).toBe('2')
    expect(at(1)).toBe('1')
    expect(at(2)).toBe('2')
    expect(at(3)).toBe('0.15')
    expect(at(4)).toBe('3')
    expect(at(400)).toBe('3')
  })

  it('has the markup, whoever says it', () => {
    const marked = (prices: PriceEntry[]) => new PriceTable(book(prices, { markupPercent: '10' }))
    expect(inputPrice(marked([entry('1')]), asked())).toBe('1.1')
    expect(inputPrice(marked([]), asked({ declared }))).toBe('7.7')
    expect(inputPrice(marked([]), asked())).toBe('0.165')
  })

  it('is found again for any number of names', () => {
    const table = new PriceTable(book([entry('1', { models: ['model-7'] })]))
    for (let index = 0; index < 5000; index += 1) {
      const found = inputPrice(table, asked({ model: `model-${index}` }))
      expect(found).toBe(index === 7 ? '1' : undefined)
    }
    const long = asked({ model: 'm'.repeat(100_000) })
    expect(inputPrice(table, long)).toBeUndefined()
  })

  it('keeps models of different providers apart', () => {
    const table = new PriceTable(undefined)
    expect(inputPrice(table, asked({ provider: 'a/b', declared }))).toBe('7')
    expect(inputPrice(table, asked({ provider: 'a/c' }))).toBe('0.15')
  })
})
