/**
 * What a vendor takes for a model: US dollars per million tokens, as decimal numbers. What is absent
 * is billed as the next more general kind: cached input, writes and audio as input, writes for an
 * hour as writes, reasoning and audio output as output.
 */
export interface CatalogueRates {
  readonly inputPerMillion?: string
  readonly cachedInputPerMillion?: string
  readonly cacheWritePerMillion?: string
  readonly cacheWrite1hPerMillion?: string
  readonly audioInputPerMillion?: string
  readonly outputPerMillion?: string
  readonly reasoningPerMillion?: string
  readonly audioOutputPerMillion?: string
}

/** The rates of calls with more input than this; what they leave out stays as it is. */
interface CatalogueTier extends CatalogueRates {
  readonly aboveInputTokens: number
}

/** What a vendor takes for a model. */
export interface CataloguePrice extends CatalogueRates {
  /** US dollars for each call. */
  readonly perRequest?: string
  /** Ascending; the last one that a call exceeds applies to all its tokens. */
  readonly tiers?: readonly CatalogueTier[]
  /** Other prices at other times; the last one that holds replaces all of the above. */
  readonly changes?: readonly PriceChange[]
}

/** A price that holds from a day on, in UTC, or every day between two times of it. */
export interface PriceChange {
  readonly when:
    | { readonly fromDate: string }
    /** Minutes after midnight in UTC; the end is not included, and may be of the next day. */
    | { readonly fromMinute: number; readonly untilMinute: number }
  readonly price: Omit<CataloguePrice, 'changes'>
}

/** What stands for each rate in a line of the table. */
const keys = {
  in: 'inputPerMillion',
  cr: 'cachedInputPerMillion',
  cw: 'cacheWritePerMillion',
  ch: 'cacheWrite1hPerMillion',
  ai: 'audioInputPerMillion',
  out: 'outputPerMillion',
  re: 'reasoningPerMillion',
  ao: 'audioOutputPerMillion',
  rq: 'perRequest',
} as const

type Key = keyof typeof keys
type Amounts = Omit<CataloguePrice, 'tiers' | 'changes'>

/** The four rates that have a column of their own. */
const columns: readonly Key[] = ['in', 'cr', 'cw', 'out']
const others: readonly Key[] = ['ch', 'ai', 're', 'ao', 'rq']

/**
 * A price as columns: input, cached input, writes, output, and the rest as words: `ch=6` a rate,
 * `>200000:in=6,out=22.5` a tier, `@2027-01-01:…` and `@60-240:…` changes, each before its tiers.
 */
export function priceColumns(price: CataloguePrice): readonly string[] {
  const words = [
    ...amountWords(price, others),
    ...tierWords(price),
    ...(price.changes ?? []).flatMap(({ when, price: changed }) => [
      `@${whenText(when)}:${amountWords(changed, [...columns, ...others]).join(',')}`,
      ...tierWords(changed),
    ]),
  ]
  return [...columns.map((key) => price[keys[key]] ?? ''), words.join(' ')]
}

/** The opposite of `priceColumns`; undefined if all are empty. */
export function readPrice(texts: readonly string[]): CataloguePrice | undefined {
  if (texts.every((text) => text === '')) return undefined
  const rest = texts[columns.length] ?? ''
  const amounts: Partial<Record<(typeof keys)[Key], string>> = {}
  for (const [index, key] of columns.entries()) {
    const text = texts[index] ?? ''
    if (text !== '') amounts[keys[key]] = text
  }
  let tiers: CatalogueTier[] = []
  const first = { amounts, tiers }
  const changes: PriceChange[] = []
  for (const word of rest === '' ? [] : rest.split(' ')) {
    const [start = '', list = ''] = word.split(/:(.*)/)
    if (start.startsWith('>')) {
      tiers.push({ aboveInputTokens: Number(start.slice(1)), ...readAmounts(list) })
    } else if (start.startsWith('@')) {
      tiers = []
      const price = { ...readAmounts(list), tiers }
      changes.push({ when: readWhen(start.slice(1)), price })
    } else Object.assign(amounts, readAmounts(word))
  }
  return {
    ...withTiers(first.amounts, first.tiers),
    ...(changes.length === 0
      ? {}
      : {
          changes: changes.map(({ when, price: { tiers: own = [], ...rates } }) => ({
            when,
            price: withTiers(rates, own),
          })),
        }),
  }
}

function withTiers(amounts: Amounts, tiers: readonly CatalogueTier[]) {
  return tiers.length === 0 ? amounts : { ...amounts, tiers }
}

function amountWords(amounts: Amounts, wanted: readonly Key[]): readonly string[] {
  return wanted.flatMap((key) => {
    const amount = amounts[keys[key]]
    return amount === undefined ? [] : [`${key}=${amount}`]
  })
}

function tierWords({ tiers = [] }: Omit<CataloguePrice, 'changes'>): readonly string[] {
  return tiers.map(
    (tier) => `>${tier.aboveInputTokens}:${amountWords(tier, [...columns, ...others]).join(',')}`,
  )
}

function readAmounts(list: string): Amounts {
  return Object.fromEntries(
    list.split(',').flatMap((each) => {
      const [key = '', amount = ''] = each.split('=')
      return Object.hasOwn(keys, key) ? [[keys[key as Key], amount]] : []
    }),
  )
}

function whenText(when: PriceChange['when']): string {
  return 'fromDate' in when ? when.fromDate : `${when.fromMinute}-${when.untilMinute}`
}

function readWhen(text: string): PriceChange['when'] {
  const [fromMinute = 0, untilMinute = 0, more] = text.split('-').map(Number)
  return more === undefined ? { fromMinute, untilMinute } : { fromDate: text }
}
