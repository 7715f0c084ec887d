import type { CataloguePrice } from '@fairlead/llm'
import type { ModelPrice } from '@fairlead/snapshot'
import type { PriceTerms } from './price.ts'

/** The terms of a price, and until when they hold. */
interface ListedTerms {
  readonly terms: PriceTerms
  /** Unix milliseconds. */
  readonly untilMs: number
}

/**
 * What LLMProvider `spec.models[].price` says, and for what it leaves out what the catalogue knows at
 * `nowMs`; undefined if neither says anything.
 */
export function listedTerms(
  declared: ModelPrice | undefined,
  known: CataloguePrice | undefined,
  _nowMs: number,
): ListedTerms | undefined {
  if (declared === undefined && known === undefined) return undefined
  const price = {
    input: declared?.inputPerMillion ?? known?.inputPerMillion,
    cachedInput: declared?.cachedInputPerMillion ?? known?.cachedInputPerMillion,
    cacheWrite: declared?.cacheWritePerMillion ?? known?.cacheWritePerMillion,
    cacheWrite1h: undefined,
    output: declared?.outputPerMillion ?? known?.outputPerMillion,
    reasoning: undefined,
    audioInput: undefined,
    audioOutput: undefined,
  }
  return { terms: { price, perRequest: '0', tiers: [] }, untilMs: Infinity }
}
