import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  snapshotOf,
  type Described,
} from '../../test-support/resources.ts'

const book = (spec: object): Described => ({
  kind: 'PriceBook',
  name: 'b',
  spec: { targetRefs: [{ kind: 'LLMGateway', name: 'default' }], ...spec },
})

const conditions = (spec: object) => conditionsOf(compileAll(book(spec)), 'PriceBook', 'default/b')

describe('a PriceBook', () => {
  it('names providers with their namespace, and its times in milliseconds', () => {
    const prices = [
      {
        providers: ['simulator', 'other/p'],
        models: ['m*'],
        effectiveFrom: '2026-01-01T00:00:00Z',
        perMillion: { input: '0.15', output: '0.60' },
        tiers: [{ aboveInputTokens: 200_000, input: '0.30' }],
      },
    ]
    expect(snapshotOf(book({ prices }))?.priceBooks).toMatchObject([
      {
        gateways: ['default/default'],
        catalogue: 'BuiltIn',
        markupPercent: '0',
        prices: [
          {
            providers: ['default/simulator', 'other/p'],
            models: ['m*'],
            effectiveFromMs: Date.UTC(2026, 0, 1),
            effectiveUntilMs: undefined,
            price: { input: '0.15', cachedInput: undefined, output: '0.60' },
            perRequest: '0',
            tiers: [{ aboveInputTokens: 200_000, input: '0.30', output: undefined }],
          },
        ],
      },
    ])
  })

  it.each([
    [{ markupPercent: '1000.5' }, 'spec.markupPercent: 1000.5 must be a decimal of at most 1000'],
    [
      { prices: [{ perMillion: { output: '1000001' } }] },
      'spec.prices[0].perMillion.output: 1000001 must be a decimal of at most 1000000',
    ],
    [
      { prices: [{ perRequest: '1000001' }] },
      'spec.prices[0].perRequest: 1000001 must be a decimal of at most 1000000',
    ],
    [
      { prices: [{ tiers: [{ aboveInputTokens: 2 }, { aboveInputTokens: 2 }] }] },
      'spec.prices[0].tiers[1].aboveInputTokens: tiers must ascend',
    ],
    [
      {
        prices: [{ effectiveFrom: '2026-01-02T00:00:00Z', effectiveUntil: '2026-01-02T00:00:00Z' }],
      },
      'spec.prices[0].effectiveUntil: must be later than effectiveFrom',
    ],
  ])('refuses %j', (spec, message) => {
    expect(conditions(spec).Accepted).toMatchObject({ status: 'False', reason: 'Invalid', message })
  })

  it('says which provider does not exist, and keeps the price for when it does', () => {
    const spec = { prices: [{ providers: ['gone'] }] }
    expect(conditions(spec)).toMatchObject({
      Accepted: { status: 'True' },
      ResolvedRefs: {
        reason: 'RefNotFound',
        message: 'spec.prices[0].providers[0]: LLMProvider default/gone does not exist',
      },
    })
    expect(snapshotOf(book(spec))?.priceBooks[0]?.prices).toHaveLength(1)
  })
})
