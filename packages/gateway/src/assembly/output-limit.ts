import type { Item, ModelRequest } from '@fairlead/llm'
import type { ModelFacts } from '../providers/model-facts.ts'

/** Text has rarely more tokens than a third of its characters. */
const charactersPerToken = 3

/** However long the prompt: without room for an answer, its provider says what is wrong. */
const outputTokensMin = 1024

/**
 * The longest answer of a model, in tokens, as far as its context window leaves room for it beside
 * the prompt. Sent where the format needs a limit and the caller sets none, so it must never be the
 * reason for which a prompt that fits is refused. Undefined if the model's own is unknown.
 */
export function outputLimit(
  facts: ModelFacts | undefined,
  { items, tools }: Pick<ModelRequest, 'items' | 'tools'>,
): number | undefined {
  const { contextWindow, maxOutputTokens } = facts ?? {}
  if (maxOutputTokens === undefined || contextWindow === undefined) return maxOutputTokens
  const characters = textLength(items) + (tools.length === 0 ? 0 : JSON.stringify(tools).length)
  const room = contextWindow - Math.ceil(characters / charactersPerToken)
  return Math.min(maxOutputTokens, Math.max(room, outputTokensMin))
}

/** Characters of all text in items, in whichever field it stands; images count as nothing. */
function textLength(items: readonly Item[]): number {
  let length = 0
  for (const item of items) {
    for (const value of Object.values(item)) {
      if (typeof value === 'string') length += value.length
      if (!Array.isArray(value)) continue
      for (const part of value as readonly object[]) {
        if ('text' in part && typeof part.text === 'string') length += part.text.length
      }
    }
  }
  return length
}
