import type { ModelFeature } from '../../operations/chat/model-feature.ts'
import { type CataloguePrice, priceColumns, readPrice } from './catalogue-price.ts'

/** What the catalogue knows of a model at one vendor; what is absent is unknown. */
export interface CatalogueModel {
  /** Tokens of input and output together. */
  readonly contextWindow?: number
  /** The longest answer, in tokens, thinking included. */
  readonly maxOutputTokens?: number
  /** What it is known not to be able to do. It may be able to do everything else. */
  readonly lacks: readonly ModelFeature[]
  /** Undefined where it is not the vendor's own that is known. */
  readonly price?: CataloguePrice
}

const featureByLetter: ReadonlyMap<string, ModelFeature> = new Map([
  ['T', 'Tools'],
  ['V', 'Vision'],
  ['A', 'Audio'],
  ['S', 'StructuredOutput'],
  ['R', 'Reasoning'],
])

/**
 * A model as a line of the table: its name, then, each after a bar and empty where unknown, context
 * window, longest answer, letters of what it lacks, and the columns of its price. Bars at the end are
 * left out.
 */
export function formatRow(name: string, model: CatalogueModel): string {
  const { contextWindow, maxOutputTokens, lacks, price } = model
  const letters = [...featureByLetter].filter(([, feature]) => lacks.includes(feature))
  return [
    name,
    contextWindow ?? '',
    maxOutputTokens ?? '',
    letters.map(([letter]) => letter).join(''),
    ...(price === undefined ? [] : priceColumns(price)),
  ]
    .join('|')
    .replace(/\|+$/, '')
}

/** The opposite of `formatRow`. */
export function readRow(line: string): readonly [name: string, model: CatalogueModel] {
  const [name = '', context = '', output = '', letters = '', ...prices] = line.split('|')
  const price = readPrice(prices)
  const model = {
    ...(context === '' ? {} : { contextWindow: Number(context) }),
    ...(output === '' ? {} : { maxOutputTokens: Number(output) }),
    lacks: letters.split('').flatMap((letter) => featureByLetter.get(letter) ?? []),
    ...(price === undefined ? {} : { price }),
  }
  return [name, model]
}
