import type { Usage } from '@fairlead/llm'
import type { PriceEntry, TokenPrices } from '@fairlead/snapshot'
import { decimalText, powerOfTen } from '../money/decimal.ts'
import { type ExactAmount, roundedSum } from '../money/exact-amount.ts'
import { nanodollarsMax } from '../money/nanodollars.ts'
import { type Cost, unpricedCost } from './cost.ts'
import { exactRates, tokenKinds, type TokenRates } from './token-rates.ts'
import { type TokenCounts, tokenCounts, wholeTokens } from './token-counts.ts'

/** What calls of a model cost, as a PriceBook says it. */
export type PriceTerms = Pick<PriceEntry, 'price' | 'perRequest' | 'tiers'>

/** The rates of calls with more than so many input tokens. */
interface RateTier {
  readonly aboveInputTokens: number
  readonly rates: TokenRates
  /** The same for calls whose sum is a safe integer; -1 for what is not known. */
  readonly small: readonly number[]
  /** The dearest rate of input and of output; undefined if one of its kind is not known. */
  readonly dearestInput: bigint | undefined
  readonly dearestOutput: bigint | undefined
  /** Those as doubles; -1 for what is not known. */
  readonly smallInput: number
  readonly smallOutput: number
}

const notKnown = -1
/** Kinds of `tokenKinds` that are input. */
const inputKinds = tokenKinds.indexOf('output')

/**
 * The price of a model with its markup, compiled: integers of a unit in which no digit is lost, so
 * that nothing is rounded but the sum, once, half up, to a nanodollar. More than `nanodollarsMax`
 * is counted as that.
 */
export class Price {
  /** Ascending; the last one that a call exceeds applies to all its tokens. The first is for all. */
  readonly #tiers: readonly RateTier[]
  readonly #places: number
  /** Units of a nanodollar; undefined if they are too many for a double. */
  readonly #smallScale: number | undefined
  readonly #perRequest: bigint
  readonly #smallPerRequest: number
  /** Undefined if no price is known at all. */
  readonly #state: 'Priced' | 'Free' | undefined

  /** Throws RangeError for a price or a markup that is no decimal. */
  constructor({ price, perRequest, tiers }: PriceTerms, markupPercent = '0') {
    const steps = [{ ...price, aboveInputTokens: -1 }]
    for (const tier of tiers) steps.push({ ...steps.at(-1), ...given(tier) } as (typeof steps)[0])
    const exact = exactRates({ tokens: steps, perRequest, markupPercent })
    this.#places = exact.places
    const scale = powerOfTen(exact.places)
    this.#smallScale = isSafe(scale * 2n) ? Number(scale) : undefined
    this.#perRequest = exact.perRequest
    this.#smallPerRequest = Number(exact.perRequest)
    this.#tiers = steps.map(({ aboveInputTokens }, index) => {
      const rates = exact.tokens[index] ?? []
      const small = rates.map((rate) => Number(rate ?? notKnown))
      const dearestInput = dearest(rates.slice(0, inputKinds))
      const dearestOutput = dearest(rates.slice(inputKinds))
      const smallInput = Number(dearestInput ?? notKnown)
      const smallOutput = Number(dearestOutput ?? notKnown)
      return {
        aboveInputTokens,
        rates,
        small,
        dearestInput,
        dearestOutput,
        smallInput,
        smallOutput,
      }
    })
    this.#state = stateOf([exact.perRequest || undefined, ...exact.tokens.flat()])
  }

  /** What one call costs. */
  cost(usage: Usage): Cost {
    if (this.#state === undefined) return unpricedCost
    const counts = tokenCounts(usage)
    const tier = this.#tierOf(usage.inputTokens)
    const nanodollars = this.#smallCost(counts, tier) ?? this.#largeCost(counts, tier)
    return nanodollars === undefined ? unpricedCost : { state: this.#state, nanodollars }
  }

  /** The same before it is rounded; undefined if it is not known. */
  exactCost(usage: Usage): ExactAmount | undefined {
    if (this.#state === undefined) return undefined
    const units = this.#units(tokenCounts(usage), this.#tierOf(usage.inputTokens))
    return units === undefined ? undefined : { digits: units, places: this.#places }
  }

  /**
   * Nanodollars that no call with at most so many tokens of any kind costs more than; undefined if
   * a price is not known.
   */
  mostCost(inputTokens: number, outputTokens: number): number | undefined {
    const inputs = wholeTokens(inputTokens)
    const outputs = wholeTokens(outputTokens)
    const small = this.#smallMostCost(inputs, outputs)
    return small === undefined ? this.#largeMostCost(inputs, outputs) : small
  }

  /** The same in doubles; undefined if a rate is not known, or it may not be exact in them. */
  #smallMostCost(inputs: number, outputs: number): number | undefined {
    if (this.#smallScale === undefined) return undefined
    let most = -1
    for (const { aboveInputTokens, smallInput, smallOutput } of this.#tiers) {
      if (aboveInputTokens >= inputs) break
      if (smallInput === notKnown || smallOutput === notKnown) return undefined
      most = Math.max(most, this.#smallPerRequest + smallInput * inputs + smallOutput * outputs)
    }
    return most < 0 ? undefined : this.#rounded(most, this.#smallScale)
  }

  #largeMostCost(inputTokens: number, outputTokens: number): number | undefined {
    const inputs = BigInt(inputTokens)
    const outputs = BigInt(outputTokens)
    let most: bigint | undefined
    for (const { aboveInputTokens, dearestInput, dearestOutput } of this.#tiers) {
      if (aboveInputTokens >= inputTokens) break
      if (dearestInput === undefined || dearestOutput === undefined) return undefined
      const units = this.#perRequest + dearestInput * inputs + dearestOutput * outputs
      if (most === undefined || units > most) most = units
    }
    return most === undefined ? undefined : roundedSum([{ digits: most, places: this.#places }])
  }

  /** US dollars per million tokens of calls with little input, with the markup, as decimals. */
  get perMillion(): TokenPrices {
    const rates = this.#tiers[0]?.rates ?? []
    const texts = tokenKinds.map((kind, index) => {
      const rate = rates[index]
      return [kind, rate === undefined ? undefined : decimalText(rate, this.#places + 3)]
    })
    return Object.fromEntries(texts) as TokenPrices
  }

  #tierOf(inputTokens: number): RateTier {
    const tiers = this.#tiers
    let index = tiers.length - 1
    while (index > 0 && inputTokens <= (tiers[index] as RateTier).aboveInputTokens) index -= 1
    return tiers[index] as RateTier
  }

  /** The cost in doubles; undefined if a rate is not known, or the sum may not be exact in them. */
  #smallCost(counts: TokenCounts, { small }: RateTier): number | undefined {
    const scale = this.#smallScale
    if (scale === undefined) return undefined
    let units = this.#smallPerRequest
    for (let kind = 0; kind < small.length; kind += 1) {
      const count = counts[kind] as number
      if (count === 0) continue
      const rate = small[kind] as number
      if (rate === notKnown) return undefined
      units += count * rate
    }
    return this.#rounded(units, scale)
  }

  /** Nothing is subtracted: a sum below the bound had only exact parts. */
  #rounded(units: number, scale: number): number | undefined {
    if (units > Number.MAX_SAFE_INTEGER) return undefined
    const part = units % scale
    return Math.min((units - part) / scale + (part * 2 >= scale ? 1 : 0), nanodollarsMax)
  }

  #largeCost(counts: TokenCounts, tier: RateTier): number | undefined {
    const units = this.#units(counts, tier)
    return units === undefined ? undefined : roundedSum([{ digits: units, places: this.#places }])
  }

  #units(counts: TokenCounts, { rates }: RateTier): bigint | undefined {
    let units = this.#perRequest
    for (const [kind, count] of counts.entries()) {
      if (count === 0) continue
      const rate = rates[kind]
      if (rate === undefined) return undefined
      units += BigInt(count) * rate
    }
    return units
  }
}

/** What a tier leaves out stays as it is. */
function given(prices: TokenPrices): Partial<TokenPrices> {
  return Object.fromEntries(Object.entries(prices).filter(([, price]) => price !== undefined))
}

/** By all the amounts that are known. */
function stateOf(amounts: readonly (bigint | undefined)[]): 'Priced' | 'Free' | undefined {
  const known = amounts.filter((amount) => amount !== undefined)
  if (known.length === 0) return undefined
  return known.every((amount) => amount === 0n) ? 'Free' : 'Priced'
}

function dearest(rates: TokenRates): bigint | undefined {
  let most = 0n
  for (const rate of rates) {
    if (rate === undefined) return undefined
    if (rate > most) most = rate
  }
  return most
}

function isSafe(value: bigint): boolean {
  return value <= BigInt(Number.MAX_SAFE_INTEGER)
}
