import type { TokenPrices } from '@fairlead/snapshot'
import { atPlaces, type Decimal, decimalOf, powerOfTen } from '../money/decimal.ts'

/** US dollars per million tokens, times 1e9 nanodollars, by 1e6 tokens, by 100 percent. */
const perTokenAndPercent = 10n
/** US dollars times 1e9 nanodollars, by 100 percent. */
const perDollarAndPercent = 10_000_000n

/** The kinds of token that have prices of their own, in the places that their rates have. */
export const tokenKinds = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'output',
  'reasoning',
  'audioOutput',
] as const

type TokenKind = (typeof tokenKinds)[number]

/** Whose price holds for a kind that has none of its own. */
const fallbacks: Readonly<Record<TokenKind, TokenKind | undefined>> = {
  input: undefined,
  cachedInput: 'input',
  cacheWrite: 'input',
  cacheWrite1h: 'cacheWrite',
  audioInput: 'input',
  output: undefined,
  reasoning: 'output',
  audioOutput: 'output',
}

/**
 * The price of one token of each kind, in `tokenKinds`' order and in the unit of its `Price`;
 * undefined where it is not known.
 */
export type TokenRates = readonly (bigint | undefined)[]

/** Decimals of US dollars: those of tokens per million, that of a request for one. */
interface DollarPrices {
  readonly tokens: readonly TokenPrices[]
  readonly perRequest: string
  readonly markupPercent: string
}

/** The same as integers of a unit that is 10^-`places` nanodollars. */
interface ExactRates {
  readonly places: number
  readonly tokens: readonly TokenRates[]
  readonly perRequest: bigint
}

/**
 * Prices with their markup in the coarsest unit in which all of them are integers. Throws
 * RangeError for what is no decimal.
 */
export function exactRates({ tokens, perRequest, markupPercent }: DollarPrices): ExactRates {
  const request = decimalOf(perRequest)
  const markup = decimalOf(markupPercent)
  const kinds = tokens.map((prices) => tokenKinds.map((kind) => priceOf(kind, prices)))
  const places = Math.max(request.places, ...kinds.flat().map((price) => price?.places ?? 0))
  const percent = 100n * powerOfTen(markup.places) + markup.digits
  return reduced({
    places: places + markup.places,
    tokens: kinds.map((prices) =>
      prices.map((price) => price && atPlaces(price, places) * percent * perTokenAndPercent),
    ),
    perRequest: atPlaces(request, places) * percent * perDollarAndPercent,
  })
}

function priceOf(kind: TokenKind, prices: TokenPrices): Decimal | undefined {
  const own = prices[kind]
  if (own !== undefined) return decimalOf(own)
  const other = fallbacks[kind]
  return other && priceOf(other, prices)
}

/** Without the zeros that all have at the end, so that sums stay small. */
function reduced(rates: ExactRates): ExactRates {
  let { places, tokens, perRequest } = rates
  const isRound = (rate: bigint | undefined) => (rate ?? 0n) % 10n === 0n
  while (places > 0 && isRound(perRequest) && tokens.every((each) => each.every(isRound))) {
    places -= 1
    perRequest /= 10n
    tokens = tokens.map((each) => each.map((rate) => rate && rate / 10n))
  }
  return { places, tokens, perRequest }
}
