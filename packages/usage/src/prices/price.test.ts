import { SeededRandom } from '@fairlead/base/testing'
import type { Usage } from '@fairlead/llm'
import type { PriceTier, TokenPrices } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { roundedSum } from '../money/exact-amount.ts'
import { nanodollarsMax } from '../money/nanodollars.ts'
import { Price, type PriceTerms } from './price.ts'

const nothing: TokenPrices = {
  input: undefined,
  cachedInput: undefined,
  cacheWrite: undefined,
  cacheWrite1h: undefined,
  output: undefined,
  reasoning: undefined,
  audioInput: undefined,
  audioOutput: undefined,
}

function terms(
  price: Partial<TokenPrices>,
  { perRequest = '0', tiers = [] }: { perRequest?: string; tiers?: Partial<PriceTier>[] } = {},
): PriceTerms {
  return {
    price: { ...nothing, ...price },
    perRequest,
    tiers: tiers.map((tier) => ({ ...nothing, aboveInputTokens: 1, ...tier })),
  }
}

function usage(given: Partial<Usage>): Usage {
  return {
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    ...given,
  }
}

const sonnet = terms({
  input: '3',
  cachedInput: '0.3',
  cacheWrite: '3.75',
  cacheWrite1h: '6',
  output: '15',
})

describe('the cost of a call', () => {
  it.each<[string, PriceTerms, Partial<Usage>, number]>([
    ['input and output', sonnet, { inputTokens: 1000, outputTokens: 10 }, 3_150_000],
    ['cached input', sonnet, { inputTokens: 1000, cachedInputTokens: 1000 }, 300_000],
    ['writes', sonnet, { inputTokens: 1000, cacheWriteInputTokens: 1000 }, 3_750_000],
    [
      'writes for an hour',
      sonnet,
      { inputTokens: 1000, cacheWriteInputTokens: 1000, cacheWrite1hInputTokens: 400 },
      600 * 3750 + 400 * 6000,
    ],
    ['cached input, without a price of its own', terms({ input: '3' }), cached(1000), 3_000_000],
    [
      'writes for an hour, without one',
      terms({ input: '1', cacheWrite: '2' }),
      { inputTokens: 10, cacheWriteInputTokens: 10, cacheWrite1hInputTokens: 10 },
      20_000,
    ],
    ['reasoning as output', sonnet, { outputTokens: 10, reasoningTokens: 10 }, 150_000],
    [
      'reasoning at its price',
      terms({ output: '8', reasoning: '3' }),
      { outputTokens: 10, reasoningTokens: 4 },
      6 * 8000 + 4 * 3000,
    ],
    [
      'audio',
      terms({ input: '2.5', output: '10', audioInput: '32', audioOutput: '64' }),
      { inputTokens: 10, audioInputTokens: 4, outputTokens: 10, audioOutputTokens: 7 },
      6 * 2500 + 4 * 32_000 + 3 * 10_000 + 7 * 64_000,
    ],
    [
      'audio from a cache as cached input',
      terms({ input: '2', cachedInput: '1', audioInput: '32' }),
      { inputTokens: 10, cachedInputTokens: 8, audioInputTokens: 5 },
      8 * 1000 + 2 * 32_000,
    ],
    ['a request', terms({ input: '1' }, { perRequest: '0.012' }), {}, 12_000_000],
    ['half a nanodollar', terms({ input: '0.0005' }), { inputTokens: 1 }, 1],
    ['less than half', terms({ input: '0.00049' }), { inputTokens: 1 }, 0],
    ['many small parts, rounded once', terms({ input: '0.0004' }), { inputTokens: 10 }, 4],
    ['more than can be counted', terms({ input: '999' }), { inputTokens: 2 ** 53 }, nanodollarsMax],
  ])('has a price for %s', (_, price, used, nanodollars) => {
    expect(new Price(price).cost(usage(used))).toEqual({ state: 'Priced', nanodollars })
  })

  it.each([
    [{ inputTokens: 10, cachedInputTokens: 99, cacheWriteInputTokens: 99 }, 10 * 300],
    [{ inputTokens: 10, cacheWriteInputTokens: 4, cacheWrite1hInputTokens: 99 }, 6 * 3000 + 24_000],
    [{ outputTokens: 10, reasoningTokens: 99, audioOutputTokens: 99 }, 150_000],
    [{ inputTokens: -5, outputTokens: NaN }, 0],
    [{ inputTokens: 0.5 }, 3000],
  ])('trusts no count that cannot be: %j', (used, nanodollars) => {
    expect(new Price(sonnet).cost(usage(used)).nanodollars).toBe(nanodollars)
  })

  it('of much input is that of the last tier that it exceeds, for all of its tokens', () => {
    const price = new Price(
      terms(
        { input: '1', output: '2', cachedInput: '0.1' },
        {
          tiers: [
            { aboveInputTokens: 100, input: '3', output: '4' },
            { aboveInputTokens: 200, input: '5' },
          ],
        },
      ),
    )
    const of = (inputTokens: number) =>
      price.cost(usage({ inputTokens, cachedInputTokens: 10, outputTokens: 10 })).nanodollars
    expect(of(100)).toBe(90 * 1000 + 10 * 100 + 10 * 2000)
    expect(of(101)).toBe(91 * 3000 + 10 * 100 + 10 * 4000)
    expect(of(201)).toBe(191 * 5000 + 10 * 100 + 10 * 4000)
  })

  it.each([
    [{ inputTokens: 1 }, terms({ output: '1' })],
    [{ outputTokens: 1 }, terms({ input: '1' })],
    [{ inputTokens: 5, cachedInputTokens: 1 }, terms({ output: '1', cachedInput: '1' })],
    [{ outputTokens: 1 }, terms({ input: '0' })],
    [{}, terms({})],
  ])('with %j is unknown where its price is', (used, price) => {
    const cost = new Price(price).cost(usage(used))
    expect(cost).toEqual({ state: 'Unpriced', nanodollars: undefined })
    expect(new Price(price).exactCost(usage(used))).toBeUndefined()
  })

  it('does not need the price of what was not used', () => {
    const cost = new Price(terms({ input: '1' })).cost(usage({ inputTokens: 1 }))
    expect(cost).toEqual({ state: 'Priced', nanodollars: 1000 })
  })

  it('is free where all prices say so', () => {
    const used = usage({ inputTokens: 10, outputTokens: 10 })
    const free = new Price(terms({ input: '0', output: '0.00' }), '50')
    expect(free.cost(used)).toEqual({ state: 'Free', nanodollars: 0 })
    const part = new Price(terms({ input: '0', output: '1' })).cost(usage({ inputTokens: 10 }))
    expect(part).toEqual({ state: 'Priced', nanodollars: 0 })
  })

  it.each([
    [0, 0, 0],
    [1.2, 0, 12_000],
    [Infinity, 1, nanodollarsMax],
    [1000, 10, 1000 * 6000 + 150_000],
  ])('is at most that of the dearest tokens: %d and %d', (input, output, nanodollars) => {
    expect(new Price(sonnet).mostCost(input, output)).toBe(nanodollars)
  })

  it.each(['-1', '1e3', '', 'free'])('has no price %j', (input) => {
    expect(() => new Price(terms({ input }))).toThrow(RangeError)
  })

  it.each([
    ['0', 1_000_000],
    ['20', 1_200_000],
    ['12.5', 1_125_000],
    ['0.00005', 1_000_001],
  ])('has a markup of %s percent on all of it', (markup, nanodollars) => {
    const price = new Price(terms({ input: '0.5' }, { perRequest: '0.0005' }), markup)
    expect(price.cost(usage({ inputTokens: 1000 })).nanodollars).toBe(nanodollars)
  })
})

function cached(count: number): Partial<Usage> {
  return { inputTokens: count, cachedInputTokens: count }
}

describe('whatever the price and the usage', () => {
  const random = new SeededRandom(7)
  const below = (max: number) => random.below(max)
  const amount = () => {
    const whole = String(below(below(3) === 0 ? 100 : 2))
    return below(5) === 0 ? whole : `${whole}.${String(below(10 ** 9)).slice(0, 1 + below(9))}`
  }
  const anyPrices = (): TokenPrices => ({
    ...nothing,
    input: amount(),
    output: amount(),
    ...(below(2) === 0 ? {} : { cachedInput: amount(), reasoning: amount() }),
    ...(below(2) === 0 ? {} : { cacheWrite: amount(), audioOutput: amount() }),
    ...(below(2) === 0 ? {} : { cacheWrite1h: amount(), audioInput: amount() }),
  })
  const anyTerms = (): PriceTerms => ({
    price: anyPrices(),
    perRequest: below(2) === 0 ? '0' : amount(),
    tiers: Array.from({ length: below(3) }, (_, index) => ({
      ...(below(2) === 0 ? anyPrices() : { ...nothing, input: amount() }),
      aboveInputTokens: (index + 1) * 1000,
    })),
  })
  const anyUsage = (): Usage => {
    const inputTokens = below(below(4) === 0 ? 10_000_000 : 3000)
    const outputTokens = below(5000)
    const cacheWriteInputTokens = below(inputTokens)
    return {
      inputTokens,
      cachedInputTokens: below(inputTokens),
      cacheWriteInputTokens,
      cacheWrite1hInputTokens: below(cacheWriteInputTokens),
      outputTokens,
      reasoningTokens: below(outputTokens),
      audioInputTokens: below(inputTokens),
      audioOutputTokens: below(outputTokens),
    }
  }
  const cases = Array.from({ length: 500 }, () => ({
    given: anyTerms(),
    markup: below(2) === 0 ? '0' : amount(),
    used: anyUsage(),
  }))

  it('the sum is that of rational numbers, rounded once, half up', () => {
    for (const { given, markup, used } of cases) {
      const price = new Price(given, markup)
      expect(price.cost(used).nanodollars, JSON.stringify({ given, markup, used })).toBe(
        rationalCost(given, markup, used),
      )
      const exact = price.exactCost(used)
      expect(exact && roundedSum([exact])).toBe(price.cost(used).nanodollars)
    }
  })

  it('no call is cheaper for more tokens of the same kinds, within a tier', () => {
    for (const { given, markup, used } of cases) {
      const price = new Price({ ...given, tiers: [] }, markup)
      const { nanodollars: before = NaN } = price.cost(used)
      expect(before).toBeGreaterThanOrEqual(0)
      for (const more of [
        { ...used, inputTokens: used.inputTokens + 1 },
        { ...used, outputTokens: used.outputTokens + 1 },
      ]) {
        expect(price.cost(more).nanodollars).toBeGreaterThanOrEqual(before)
      }
    }
  })

  it('no call costs more than the most for as many tokens', () => {
    for (const { given, markup, used } of cases) {
      const price = new Price(given, markup)
      const most = price.mostCost(used.inputTokens, used.outputTokens)
      expect(price.cost(used).nanodollars).toBeLessThanOrEqual(most ?? NaN)
      const fewer = { ...used, inputTokens: Math.floor(used.inputTokens / 2) }
      expect(price.cost(fewer).nanodollars).toBeLessThanOrEqual(most ?? NaN)
    }
  })
})

/** The same in fractions of integers, part by part, as an accountant would. */
function rationalCost({ price, perRequest, tiers }: PriceTerms, markup: string, used: Usage) {
  const unit = 10n ** 40n
  const exact = (text: string): bigint => {
    const [whole = '', fraction = ''] = text.split('.')
    return BigInt(whole + fraction) * (unit / 10n ** BigInt(fraction.length))
  }
  const prices: Partial<Record<string, string>> = {}
  const note = (more: object) => {
    for (const [kind, text] of Object.entries(more) as [string, string | undefined][]) {
      if (text !== undefined) prices[kind] = text
    }
  }
  note(price)
  for (const { aboveInputTokens, ...tier } of tiers) {
    if (used.inputTokens > aboveInputTokens) note(tier)
  }
  const { input = '', output = '' } = prices
  const write = prices['cacheWrite'] ?? input
  const cachedTokens = Math.min(used.cachedInputTokens, used.inputTokens)
  const written = Math.min(used.cacheWriteInputTokens, used.inputTokens - cachedTokens)
  const forHour = Math.min(used.cacheWrite1hInputTokens ?? 0, written)
  const rest = used.inputTokens - cachedTokens - written
  const audio = Math.min(used.audioInputTokens ?? 0, rest)
  const { reasoningTokens } = used
  const spoken = Math.min(used.audioOutputTokens ?? 0, used.outputTokens - reasoningTokens)
  const parts: readonly (readonly [number, string])[] = [
    [rest - audio, input],
    [cachedTokens, prices['cachedInput'] ?? input],
    [written - forHour, write],
    [forHour, prices['cacheWrite1h'] ?? write],
    [audio, prices['audioInput'] ?? input],
    [used.outputTokens - reasoningTokens - spoken, output],
    [reasoningTokens, prices['reasoning'] ?? output],
    [spoken, prices['audioOutput'] ?? output],
  ]
  const tokens = parts.reduce((sum, [count, text]) => sum + BigInt(count) * exact(text), 0n)
  const dollars = tokens / 1_000_000n + exact(perRequest)
  const total = (dollars * (100n * unit + exact(markup))) / 100n / unit
  return Number((total * 1_000_000_000n * 2n + unit) / (2n * unit))
}
