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

export function itemTokens(item: Item, model: string, count: CountTokens): number {
  const media = mediaParts(item)
  const text = count(itemText(item), model) + itemOverheadTokens
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
