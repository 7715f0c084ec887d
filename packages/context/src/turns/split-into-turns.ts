import type { Item } from '@fairlead/llm'
import { isModelItem } from './item-kind.ts'

/** What the application said, followed by what the model said. */
export interface Exchange {
  readonly input: readonly Item[]
  readonly output: readonly Item[]
}

/**
 * Splits a list of items wherever the application speaks after the model, so that history sent in
 * one request is stored as if it had been said turn by turn.
 */
export function splitIntoTurns(items: readonly Item[]): Exchange[] {
  const exchanges: { input: Item[]; output: Item[] }[] = []
  for (const item of items) {
    let last = exchanges.at(-1)
    if (last === undefined || (!isModelItem(item) && last.output.length > 0)) {
      last = { input: [], output: [] }
      exchanges.push(last)
    }
    if (isModelItem(item)) last.output.push(item)
    else last.input.push(item)
  }
  return exchanges
}
