import type { CataloguePrice, CatalogueRates } from '@fairlead/llm'
import type { ModelPrice, TokenPrices } from '@fairlead/snapshot'
import type { PriceTerms } from './price.ts'
import { priceAt } from './price-schedule.ts'

/** The terms of a price, and until when they hold. */
interface ListedTerms {
  readonly terms: PriceTerms
  /** Unix milliseconds. */
  readonly untilMs: number
}

/**
 * What LLMProvider `spec.models[].price` says, and for what it leaves out what the catalogue knows at
 * `nowMs`; undefined if neither says anything. What the resource says holds for calls of any length.
 */
export function listedTerms(
  declared: ModelPrice | undefined,
  known: CataloguePrice | undefined,
  nowMs: number,
): ListedTerms | undefined {
  if (declared === undefined && known === undefined) return undefined
  const { price, untilMs } = priceAt(known ?? {}, nowMs)
  const own = declared === undefined ? nothing : declaredPrices(declared)
  return {
    terms: {
      price: firstOf(own, ratesOf(price)),
      perRequest: price.perRequest ?? '0',
      tiers: (price.tiers ?? []).map((tier) => ({
        ...firstOf(own, ratesOf(tier)),
        aboveInputTokens: tier.aboveInputTokens,
      })),
    },
    untilMs,
  }
}

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

function declaredPrices(declared: ModelPrice): TokenPrices {
  return {
    ...nothing,
    input: declared.inputPerMillion,
    cachedInput: declared.cachedInputPerMillion,
    cacheWrite: declared.cacheWritePerMillion,
    output: declared.outputPerMillion,
  }
}

function ratesOf(rates: CatalogueRates): TokenPrices {
  return {
    input: rates.inputPerMillion,
    cachedInput: rates.cachedInputPerMillion,
    cacheWrite: rates.cacheWritePerMillion,
    cacheWrite1h: rates.cacheWrite1hPerMillion,
    output: rates.outputPerMillion,
    reasoning: rates.reasoningPerMillion,
    audioInput: rates.audioInputPerMillion,
    audioOutput: rates.audioOutputPerMillion,
  }
}

function firstOf(own: TokenPrices, other: TokenPrices): TokenPrices {
  return {
    input: own.input ?? other.input,
    cachedInput: own.cachedInput ?? other.cachedInput,
    // A price of writes is one of all writes.
    cacheWrite: own.cacheWrite ?? other.cacheWrite,
    cacheWrite1h: own.cacheWrite ?? other.cacheWrite1h,
    output: own.output ?? other.output,
    // And one of output is one of all that is output.
    reasoning: own.output ?? other.reasoning,
    audioInput: own.input ?? other.audioInput,
    audioOutput: own.output ?? other.audioOutput,
  }
}
