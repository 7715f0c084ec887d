import type { Item, ToolDefinition } from '@fairlead/llm'
import { itemText, mediaParts } from '../turns/item-text.ts'

/** Counts the tokens of a text for a model. Must not throw for any text. */
export type CountTokens = (text: string, model: string) => number

/** An estimate without a tokenizer: one token per four bytes of UTF-8. */
export const bytesPerFour: CountTokens = (text) => Math.ceil(Buffer.byteLength(text) / 4)

/** Role, separators and the like, per item. */
const itemOverheadTokens = 4
/** The count of an image, file or audio clip, whatever its size. */
const mediaTokens = 1000

export function itemTokens(item: Item, model: string, count: CountTokens): number {
  return count(itemText(item), model) + itemOverheadTokens + mediaParts(item).length * mediaTokens
}

/** The tokens of a prompt, estimated as plans have it. */
export function inputTokens(
  items: readonly Item[],
  tools: readonly ToolDefinition[],
  model: string,
): number {
  const said = sum(items.map((item) => itemTokens(item, model, bytesPerFour)))
  return said + toolTokens(tools, model, bytesPerFour)
}

export function toolTokens(
  tools: readonly ToolDefinition[],
  model: string,
  count: CountTokens,
): number {
  return tools.length === 0 ? 0 : count(JSON.stringify(tools), model)
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
