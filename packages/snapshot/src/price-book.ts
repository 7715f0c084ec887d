import type { ResourceIdentity } from './resource-identity.ts'

/** What tokens cost on a gateway. */
export interface PriceBookSettings extends ResourceIdentity {
  /** The LLMGateways that it is for, as `namespace/name`; in a snapshot, that gateway alone. */
  readonly gateways: readonly string[]
  /** Whether models that no price names have the price of the built-in catalogue. */
  readonly catalogue: 'BuiltIn' | 'None'
  /** Decimal; added to what every call costs. */
  readonly markupPercent: string
  /** The first that matches and is in effect applies. */
  readonly prices: readonly PriceEntry[]
}

export interface PriceEntry {
  /** Keys of `providers`, as `namespace/name`; empty matches all. */
  readonly providers: readonly string[]
  /** The providers' own names; exact, or with a trailing `*`; empty matches all. */
  readonly models: readonly string[]
  /** Unix milliseconds; undefined: always, or for ever. */
  readonly effectiveFromMs: number | undefined
  readonly effectiveUntilMs: number | undefined
  readonly price: TokenPrices
  /** US dollars for each call, as a decimal. */
  readonly perRequest: string
  /** Ascending by `aboveInputTokens`; the last one that a call exceeds applies to all its tokens. */
  readonly tiers: readonly PriceTier[]
}

/**
 * US dollars per million tokens, as decimals. Undefined: cached input, cache writes and audio as
 * input, writes that are kept for an hour as other writes, reasoning and audio output as output.
 */
export interface TokenPrices {
  readonly input: string | undefined
  readonly cachedInput: string | undefined
  readonly cacheWrite: string | undefined
  /** Written to a cache that keeps it for an hour. */
  readonly cacheWrite1h: string | undefined
  readonly output: string | undefined
  readonly reasoning: string | undefined
  readonly audioInput: string | undefined
  readonly audioOutput: string | undefined
}

/** What it leaves out stays as it is. */
export interface PriceTier extends TokenPrices {
  readonly aboveInputTokens: number
}
