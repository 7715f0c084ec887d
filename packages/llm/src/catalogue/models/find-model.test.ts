import { describe, expect, it } from 'vitest'
import { modelTable } from './model-table.ts'
import { findModel } from './find-model.ts'
import type { CataloguePrice } from './catalogue-price.ts'
import { type CatalogueModel, formatRow, readRow } from './model-row.ts'

const sonnet = { contextWindow: 200_000, maxOutputTokens: 64_000, price: { inputPerMillion: '3' } }

describe('the catalogue', () => {
  it.each([
    ['anthropic', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-sonnet-4-5-20250929'],
    ['anthropic', 'Claude-Sonnet-4-5-latest'],
    ['amazon-bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['amazon-bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    [
      'amazon-bedrock',
      'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
    ['google-vertex', 'claude-sonnet-4-5@20250929'],
    ['google-vertex', 'publishers/anthropic/models/claude-sonnet-4-5@20250929'],
  ])('of %s knows %s', (vendor, model) => {
    const { price, ...facts } = sonnet
    const found = findModel(vendor, model)
    expect(found).toMatchObject(facts)
    expect(Number(found?.price?.inputPerMillion)).toBeCloseTo(Number(price.inputPerMillion), 0)
  })

  it.each([
    ['openai', 'gpt-4o-2024-08-06', 128_000],
    ['openai', 'openai/gpt-4o', 128_000],
    ['google', 'models/gemini-2.5-flash', 1_048_576],
    ['openrouter', 'anthropic/claude-haiku-4.5:beta', 200_000],
    ['fireworks-ai', 'accounts/fireworks/models/kimi-k2p6', 262_000],
    ['deepseek', 'deepseek-v4-pro', 1_000_000],
    ['groq', 'llama-3.3-70b-versatile', 131_072],
  ])('of %s knows the window of %s', (vendor, model, contextWindow) => {
    expect(findModel(vendor, model)).toMatchObject({ contextWindow, price: expect.anything() })
  })

  it('knows what models lack, and nothing where that is not known', () => {
    expect(findModel('openai', 'gpt-4o')?.lacks).toEqual(['Audio', 'Reasoning'])
    expect(findModel('deepseek', 'deepseek-v4-pro')?.lacks).toEqual(['Vision', 'Audio'])
    expect(findModel('openai', 'my-own-model')).toBeUndefined()
    expect(findModel('nobody', 'my-own-model')).toBeUndefined()
  })

  it('gives no price but that of the vendor itself', () => {
    expect(findModel('nobody', 'gpt-4o')).toEqual({
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      lacks: ['Audio', 'Reasoning'],
    })
    expect(findModel('openai', 'ft:gpt-4o-mini-2024-07-18:acme::1')?.price).toBeUndefined()
  })

  it.each(['', ':', '/', ':::', 'constructor', '__proto__', '-latest', '-latest'.repeat(5000)])(
    'does not fail on the name %j',
    (name) => {
      expect(findModel('openai', name)).toBeUndefined()
      expect(findModel(name, 'gpt-4o')).toBeDefined()
    },
  )

  it('has well-formed lines, each of another model', () => {
    for (const [vendor, text] of Object.entries(modelTable)) {
      const lines = text.split('\n').filter((line) => line !== '')
      const rows = lines.map(readRow)
      expect(new Set(rows.map(([name]) => name)).size, vendor).toBe(rows.length)
      for (const [index, [name, model]] of rows.entries()) {
        expect(formatRow(name, model)).toBe(lines[index])
        const { contextWindow = 1, maxOutputTokens = 1, price = {} } = model
        expect(contextWindow > 0 && maxOutputTokens > 0, `${vendor} ${name}`).toBe(true)
        expect(amountsOf(price).every(isAmount), `${vendor} ${name}`).toBe(true)
      }
    }
  })
})

function amountsOf({ tiers = [], changes = [], ...rates }: CataloguePrice): readonly unknown[] {
  return [
    ...Object.values(rates),
    ...tiers.flatMap(({ aboveInputTokens, ...tier }) => [
      String(aboveInputTokens),
      ...Object.values(tier),
    ]),
    ...changes.flatMap(({ price }) => amountsOf(price)),
  ]
}

function isAmount(text: unknown): boolean {
  return typeof text === 'string' && /^\d+(?:\.\d+)?$/.test(text)
}

it.each<CatalogueModel>([
  { lacks: [] },
  { lacks: ['Tools', 'Reasoning'], contextWindow: 8 },
  { lacks: [], maxOutputTokens: 9, price: { outputPerMillion: '0.5' } },
  { lacks: ['Audio'], price: { inputPerMillion: '1', cacheWritePerMillion: '1.25' } },
  { lacks: [], price: { cacheWrite1hPerMillion: '6', perRequest: '0.012' } },
  {
    lacks: [],
    price: {
      inputPerMillion: '1',
      tiers: [
        { aboveInputTokens: 128_000, inputPerMillion: '2' },
        { aboveInputTokens: 256_000, outputPerMillion: '3', audioOutputPerMillion: '4' },
      ],
      changes: [
        {
          when: { fromDate: '2027-01-01' },
          price: {
            inputPerMillion: '5',
            tiers: [{ aboveInputTokens: 9, reasoningPerMillion: '6' }],
          },
        },
        { when: { fromMinute: 30, untilMinute: 990 }, price: { outputPerMillion: '7' } },
      ],
    },
  },
])('a row says what it was made of: %o', (model) => {
  expect(readRow(formatRow('m', model))).toEqual(['m', model])
})
