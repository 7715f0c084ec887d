import {
  arrayOrEmpty,
  countOrZero,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
} from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/**
 * Reads `usage`. Cache reads and writes stand beside `input_tokens` and are added to it. What a
 * compaction on the provider's side used stands only in `iterations` and is added too, as it is
 * charged; iterations of other kinds are in the totals already or of another model.
 */
export function decodeUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const compactions = arrayOrEmpty(value['iterations'])
    .filter(isJsonObject)
    .filter((iteration) => iteration['type'] === 'compaction')
  const sum = (field: string) =>
    [value, ...compactions].reduce((total, entry) => total + countOrZero(entry[field]), 0)
  const cachedInputTokens = sum('cache_read_input_tokens')
  const cacheWriteInputTokens = sum('cache_creation_input_tokens')
  return {
    inputTokens: sum('input_tokens') + cachedInputTokens + cacheWriteInputTokens,
    cachedInputTokens,
    cacheWriteInputTokens,
    outputTokens: sum('output_tokens'),
    reasoningTokens: countOrZero(objectOrEmpty(value['output_tokens_details'])['thinking_tokens']),
  }
}

/** Usage of a stream is cumulative: a later count replaces an earlier one, a null does not. */
export function mergeUsage(earlier: JsonObject, later: unknown): JsonObject {
  const told = Object.entries(objectOrEmpty(later)).filter(([, value]) => value !== null)
  return { ...earlier, ...Object.fromEntries(told) }
}

export function encodeUsage(usage: Usage | undefined): JsonObject {
  const cached = usage?.cachedInputTokens ?? 0
  const written = usage?.cacheWriteInputTokens ?? 0
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - cached - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    output_tokens: usage?.outputTokens ?? 0,
  }
}
