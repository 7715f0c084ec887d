import {
  calcPrice,
  findProvider,
  type ConditionalPrice,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
} from '@pydantic/genai-prices'
import type {
  CataloguePrice,
  CatalogueRates,
  PriceChange,
} from '../../packages/llm/src/catalogue/models/catalogue-price.ts'
import { bareName, undated } from '../../packages/llm/src/catalogue/models/model-names.ts'
import type { CatalogueModel } from '../../packages/llm/src/catalogue/models/model-row.ts'
import { amount } from './amount.ts'
import { joinedPrice, type ListPrice } from './joined-price.ts'

/** The price list's names of vendors, by those of the models list. */
const pricedVendors: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  azure: 'azure',
  'amazon-bedrock': 'aws',
  google: 'google',
  'google-vertex': 'google',
  mistral: 'mistral',
  cohere: 'cohere',
  deepseek: 'deepseek',
  groq: 'groq',
  xai: 'x-ai',
  togetherai: 'together',
  'fireworks-ai': 'fireworks',
  openrouter: 'openrouter',
  perplexity: 'perplexity',
  moonshotai: 'moonshotai',
  cerebras: 'cerebras',
  'novita-ai': 'novita',
  ovhcloud: 'ovhcloud',
  minimax: 'minimax',
  zai: 'zai',
}

/** Vendors whose prices differ by region, which the models list does not know. */
const betterKnown = new Set(['amazon-bedrock'])

/** Prices that began to hold after this day are known as changes to come. */
const timestamp = new Date('2026-11-27T12:00:00Z')

/**
 * The models with the prices of both lists; and with the models that only the price list has: these with the
 * facts of the same model in the models list, under whichever name it stands there or at its maker.
 */
export function withPrices(
  vendor: string,
  models: ReadonlyMap<string, CatalogueModel>,
  makers: ReadonlyMap<string, CatalogueModel>,
): ReadonlyMap<string, CatalogueModel> {
  const providerId = pricedVendors[vendor]
  if (providerId === undefined) return models
  const own = findProvider({ providerId })?.models ?? []
  const isBetter = betterKnown.has(vendor)
  const priced = (name: string): ListPrice | undefined => {
    const found = calcPrice({}, name, { providerId, timestamp })
    if (found === null) return undefined
    const price = priceOf(found.model)
    return price && { price, isOwn: own.includes(found.model), isDated: isDated(found.model) }
  }
  const result = new Map<string, CatalogueModel>()
  for (const [name, model] of models) {
    const price = joinedPrice(model.price, priced(name), isBetter)
    result.set(name, price === undefined ? model : { ...model, price })
  }
  const byShortName = new Map([...makers, ...models].map(([name, model]) => [short(name), model]))
  for (const info of own) {
    for (const name of namesOf(info)) {
      const price = priced(name)?.price
      // Of embeddings, images and speech there is no price of text in both directions.
      if (result.has(name) || price === undefined) continue
      const context =
        info.context_window === undefined ? {} : { contextWindow: info.context_window }
      const facts = byShortName.get(short(name)) ?? { lacks: [], ...context }
      result.set(name, { ...facts, price })
    }
  }
  return result
}

const short = (name: string): string => undated(bareName(name))

/** Its id and the other names that it is asked for by, in lower case; beginnings are no names. */
function namesOf({ id, match }: ModelInfo): readonly string[] {
  const names = [id, ...equalNames(match)].map((name) => name.toLowerCase())
  return [...new Set(names)].filter((name) => !/[-:~]$|^ft:|^~/.test(name))
}

function equalNames(match: MatchLogic): readonly string[] {
  if ('or' in match) return match.or.flatMap(equalNames)
  return 'equals' in match ? [match.equals] : []
}

/** The price that holds now, and the changes to come and of every day. */
function priceOf({ prices }: ModelInfo): CataloguePrice | undefined {
  if (!Array.isArray(prices)) return termsOf(prices)
  const current = prices.findLast(({ constraint }) => isInForce(constraint))
  const terms = current && termsOf(current.prices)
  if (terms === undefined) return undefined
  const changes = prices.flatMap(({ constraint, prices: changed }): PriceChange[] => {
    const price = termsOf(changed)
    if (constraint === undefined || isInForce(constraint) || price === undefined) return []
    return isPast(constraint) ? [] : [{ when: whenOf(constraint), price }]
  })
  return changes.length === 0 ? terms : { ...terms, changes }
}

function isDated({ prices }: ModelInfo): boolean {
  const current = Array.isArray(prices)
    ? prices.findLast(({ constraint }) => isInForce(constraint))
    : undefined
  return current?.constraint !== undefined
}

type Constraint = ConditionalPrice['constraint']

function isInForce(constraint: Constraint): boolean {
  if (constraint === undefined) return true
  return constraint.type === 'start_date' && new Date(constraint.start_date) <= timestamp
}

/** Whether a later price holds instead; that of hours does not end. */
function isPast(constraint: Constraint): boolean {
  return constraint?.type === 'start_date' && new Date(constraint.start_date) <= timestamp
}

function whenOf(constraint: NonNullable<Constraint>): PriceChange['when'] {
  if (constraint.type === 'start_date') return { fromDate: constraint.start_date }
  return {
    fromMinute: minuteOf(constraint.start_time),
    untilMinute: minuteOf(constraint.end_time),
  }
}

function minuteOf(time: string): number {
  const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d)Z$/.exec(time) ?? []
  if (seconds !== '00') throw new Error(`${time} is no minute of a day in UTC`)
  return Number(hours) * 60 + Number(minutes)
}

const rateKeys = {
  inputPerMillion: 'input_mtok',
  cachedInputPerMillion: 'cache_read_mtok',
  cacheWritePerMillion: 'cache_write_mtok',
  cacheWrite1hPerMillion: 'cache_write_1h_mtok',
  audioInputPerMillion: 'input_audio_mtok',
  outputPerMillion: 'output_mtok',
  reasoningPerMillion: 'output_reasoning_mtok',
  audioOutputPerMillion: 'output_audio_mtok',
} as const satisfies Record<keyof CatalogueRates, string>

function termsOf(prices: ModelPrice): Omit<CataloguePrice, 'changes'> | undefined {
  if (prices['input_mtok'] === undefined || prices['output_mtok'] === undefined) return undefined
  const rates: Record<string, string> = {}
  const tiers = new Map<number, Record<string, string>>()
  for (const [rate, key] of Object.entries(rateKeys)) {
    const price = prices[key]
    if (price === undefined) continue
    rates[rate] = amount(typeof price === 'number' ? price : price.base)
    if (typeof price === 'number') continue
    for (const tier of price.tiers) {
      const known = tiers.get(tier.start) ?? {}
      tiers.set(tier.start, { ...known, [rate]: amount(tier.price) })
    }
  }
  const perThousand = prices['requests_kcount']
  const ascending = [...tiers].toSorted(([left], [right]) => left - right)
  return {
    ...rates,
    ...(typeof perThousand === 'number' ? { perRequest: amount(perThousand / 1000) } : {}),
    ...(ascending.length === 0
      ? {}
      : { tiers: ascending.map(([above, tier]) => ({ aboveInputTokens: above, ...tier })) }),
  }
}
