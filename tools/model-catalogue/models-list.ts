import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import type {
  CataloguePrice,
  CatalogueRates,
} from '../../packages/llm/src/catalogue/models/catalogue-price.ts'
import type { CatalogueModel } from '../../packages/llm/src/catalogue/models/model-row.ts'
import { amount } from './amount.ts'
import type { ModelFeature } from '../../packages/llm/src/operations/chat/model-feature.ts'

/** US dollars per million tokens. */
type ListedRates = Readonly<Partial<Record<ListedRate, number>>>

type ListedRate =
  'input' | 'output' | 'cache_read' | 'cache_write' | 'input_audio' | 'output_audio' | 'reasoning'

/** A model as the list describes it; the fields that are read here. */
interface ListedModel {
  readonly base_model?: string
  readonly base_model_omit?: readonly string[]
  readonly tool_call?: boolean
  readonly structured_output?: boolean
  readonly reasoning?: boolean
  readonly limit?: { readonly context?: number; readonly output?: number }
  readonly modalities?: { readonly input?: readonly string[]; readonly output?: readonly string[] }
  readonly cost?: ListedRates & {
    readonly tiers?: readonly (ListedRates & { readonly tier: { readonly size: number } })[]
  }
}

/**
 * The models of a vendor in a working tree of models.dev, by name; without a vendor, those of all
 * makers without prices. Only those that answer with text.
 */
export function listedModels(tree: string, vendor?: string): ReadonlyMap<string, CatalogueModel> {
  const folder =
    vendor === undefined ? join(tree, 'models') : join(tree, 'providers', vendor, 'models')
  const models = new Map<string, CatalogueModel>()
  for (const path of globSync('**/*.toml', { cwd: folder }).toSorted()) {
    const file = join(folder, path)
    // Some are links to models that were removed.
    if (!existsSync(file)) continue
    const listed = resolved(tree, read(file))
    if (listed.modalities?.output?.includes('text') === false) continue
    const name = path.replace(/\.toml$/, '').toLowerCase()
    models.set(vendor === undefined ? name.slice(name.indexOf('/') + 1) : name, described(listed))
  }
  return models
}

function read(file: string): ListedModel {
  return parse(readFileSync(file, 'utf8'))
}

/** With what it takes over from its maker's description. */
function resolved(tree: string, listed: ListedModel): ListedModel {
  if (listed.base_model === undefined) return listed
  const file = join(tree, 'models', `${listed.base_model}.toml`)
  if (!existsSync(file)) return listed
  const base = read(file)
  const omitted = listed.base_model_omit ?? []
  const limit = Object.fromEntries(
    Object.entries({ ...base.limit, ...listed.limit }).filter(
      ([name]) =>
        listed.limit?.[name as 'context'] !== undefined || !omitted.includes(`limit.${name}`),
    ),
  )
  return { ...base, ...listed, limit, modalities: { ...base.modalities, ...listed.modalities } }
}

function described(listed: ListedModel): CatalogueModel {
  const { limit = {}, modalities: { input } = {}, cost } = listed
  const lacks: ModelFeature[] = [
    ...(listed.tool_call === false ? ['Tools' as const] : []),
    ...(input?.includes('image') === false ? ['Vision' as const] : []),
    ...(input?.includes('audio') === false ? ['Audio' as const] : []),
    ...(listed.structured_output === false ? ['StructuredOutput' as const] : []),
    ...(listed.reasoning === false ? ['Reasoning' as const] : []),
  ]
  return {
    ...(limit.context ? { contextWindow: limit.context } : {}),
    ...(limit.output ? { maxOutputTokens: limit.output } : {}),
    lacks,
    ...(cost === undefined ? {} : { price: priceOf(cost) }),
  }
}

function priceOf({ tiers = [], ...rates }: NonNullable<ListedModel['cost']>): CataloguePrice {
  const ascending = tiers.toSorted((left, right) => left.tier.size - right.tier.size)
  return {
    ...ratesOf(rates),
    ...(ascending.length === 0
      ? {}
      : {
          tiers: ascending.map(({ tier, ...changed }) => ({
            aboveInputTokens: tier.size,
            ...ratesOf(changed),
          })),
        }),
  }
}

const rateNames = {
  inputPerMillion: 'input',
  cachedInputPerMillion: 'cache_read',
  cacheWritePerMillion: 'cache_write',
  audioInputPerMillion: 'input_audio',
  outputPerMillion: 'output',
  reasoningPerMillion: 'reasoning',
  audioOutputPerMillion: 'output_audio',
} as const satisfies Partial<Record<keyof CatalogueRates, ListedRate>>

function ratesOf(rates: ListedRates): CatalogueRates {
  return Object.fromEntries(
    Object.entries(rateNames).flatMap(([rate, name]) => {
      const dollars = rates[name]
      return dollars === undefined ? [] : [[rate, amount(dollars)]]
    }),
  )
}
