import {
  calcPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
} from '@pydantic/genai-prices'
import { bareName, undated } from '../../packages/llm/src/catalogue/models/model-names.ts'
import type {
  CatalogueModel,
  CataloguePrice,
} from '../../packages/llm/src/catalogue/models/model-row.ts'

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

/** Prices differ by time of day and by date: those at noon of this day count. */
const timestamp = new Date('2026-11-27T12:00:00Z')

/**
 * The models with prices where the models list has none, and with the models that only the price list
 * has, which knows new ones earlier: these with the facts of the same model in the models list,
 * under whichever name it stands there or at its maker.
 */
export function withPrices(
  vendor: string,
  models: ReadonlyMap<string, CatalogueModel>,
  makers: ReadonlyMap<string, CatalogueModel>,
): ReadonlyMap<string, CatalogueModel> {
  const providerId = pricedVendors[vendor]
  if (providerId === undefined) return models
  const priced = (name: string) => {
    const found = calcPrice({}, name, { providerId, timestamp })
    return found === null ? undefined : priceOf(found.model_price)
  }
  const result = new Map<string, CatalogueModel>()
  for (const [name, model] of models) {
    const price = model.price ?? priced(name)
    result.set(name, price === undefined ? model : { ...model, price })
  }
  const byShortName = new Map([...makers, ...models].map(([name, model]) => [short(name), model]))
  for (const info of findProvider({ providerId })?.models ?? []) {
    for (const name of namesOf(info)) {
      const price = priced(name)
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

function priceOf(prices: ModelPrice): CataloguePrice | undefined {
  const input = amountOf(prices['input_mtok'])
  const output = amountOf(prices['output_mtok'])
  if (input === undefined || output === undefined) return undefined
  const cachedInput = amountOf(prices['cache_read_mtok'])
  const cacheWrite = amountOf(prices['cache_write_mtok'])
  return {
    inputPerMillion: input,
    ...(cachedInput === undefined ? {} : { cachedInputPerMillion: cachedInput }),
    ...(cacheWrite === undefined ? {} : { cacheWritePerMillion: cacheWrite }),
    outputPerMillion: output,
  }
}

/** Of a price in tiers, that of short prompts. */
function amountOf(price: ModelPrice[string]): string | undefined {
  if (price === undefined) return undefined
  return String(typeof price === 'number' ? price : price.base)
}
