import type { Item, ToolDefinition } from '@fairlead/llm'
import { mediaTokens } from '../tokens/media-tokens.ts'
import { itemText, mediaParts } from '../turns/item-text.ts'

/** Counts the tokens of a text for a model. Must not throw for any text. */
export type CountTokens = (text: string, model: string) => number

/** How the figures of a prompt are made. */
export interface TokenCounts {
  readonly count: CountTokens
  readonly countedBy: CountedBy
  /**
   * By how much larger the true number can be at most: what fits even then needs no better count.
   * 1 for the best figures that there are.
   */
  readonly atMost: number
  /**
   * By which share a provider's own count may be larger than these figures, where they are the best
   * that there are: history is cut so that there is room for it. 0 when left out.
   */
  readonly margin?: number
  /** By what local counts were multiplied; undefined for an estimate. */
  readonly factor?: number
}

export interface CountedBy {
  /** `bytes/4`, `o200k_base`, or with a factor that was learnt, `o200k_base×1.08`. */
  readonly method: string
  /**
   * 95 of 100 prompts of this model, as counted by its tokenizer, were off by at most this share of
   * what the provider reported; null while unknown.
   */
  readonly error_p95: number | null
}

const bytesPerToken = 4

/** An estimate without a tokenizer: one token per four bytes of UTF-8. */
export const bytesPerFour: CountTokens = (text) =>
  Math.ceil(Buffer.byteLength(text) / bytesPerToken)

/** The name of the estimate. */
const estimated: CountedBy = { method: 'bytes/4', error_p95: null }

/**
 * Figures by the estimate, for a prompt that may turn out to be too long. Every tokenizer reads at
 * least a byte with each token; `factor` is that of the model.
 */
export function estimateOf(factor: number): TokenCounts {
  return {
    count: bytesPerFour,
    countedBy: estimated,
    atMost: bytesPerToken * Math.max(1, factor),
  }
}

/** Role, separators and the like, per item. */
const itemOverheadTokens = 4

/**
 * Characters of sealed reasoning in which there is a token of it. Providers count the reasoning itself:
 * Gemini's seals have 6.7 to 6.9 for each token, those of others more.
 */
const sealCharactersPerToken = 6

/** The tokens of reasoning that only its maker reads, by the length of its seal. */
function sealTokens(item: Item): number {
  if (item.type !== 'reasoning' && item.type !== 'function_call') return 0
  const sealed = item.type === 'reasoning' ? (item.encrypted_content ?? '') : ''
  return Math.ceil((sealed.length + (item.signature ?? '').length) / sealCharactersPerToken)
}

export function itemTokens(item: Item, model: string, count: CountTokens): number {
  const media = mediaParts(item)
  const said = count(itemText(item), model)
  const sealed = sealTokens(item)
  // Visible reasoning is what its seal seals.
  const text =
    (item.type === 'reasoning' ? Math.max(said, sealed) : said + sealed) + itemOverheadTokens
  return media.length === 0 ? text : text + sum(media.map((part) => mediaTokens(part, model)))
}

/** The tokens of a prompt, as plans have them. */
export function inputTokens(
  items: readonly Item[],
  tools: readonly ToolDefinition[],
  model: string,
  count: CountTokens,
): number {
  return sum(items.map((item) => itemTokens(item, model, count))) + toolTokens(tools, model, count)
}

/** The tokens of messages and tools by the estimate. */
export function estimateInput({
  items,
  tools,
  model,
}: {
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
  readonly model: string
}): number {
  return inputTokens(items, tools, model, bytesPerFour)
}

export function toolTokens(
  tools: readonly ToolDefinition[],
  model: string,
  count: CountTokens,
): number {
  return tools.length === 0 ? 0 : count(JSON.stringify(tools), model)
}

export function sum(numbers: readonly number[]): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
