import {
  arrayOrEmpty,
  countOrZero,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
} from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/**
 * Reads `usage`. Cache reads and writes are reported beside `input_tokens` and are added to it. The
 * usage of a compaction by the provider appears only in `iterations` and is added too, because it
 * is billed; iterations of other kinds are already in the totals or belong to another model.
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
  const cacheWrite1hInputTokens = [value, ...compactions].reduce(
    (total, entry) =>
      total + countOrZero(objectOrEmpty(entry['cache_creation'])['ephemeral_1h_input_tokens']),
    0,
  )
  return {
    inputTokens: sum('input_tokens') + cachedInputTokens + cacheWriteInputTokens,
    cachedInputTokens,
    cacheWriteInputTokens,
    ...(cacheWrite1hInputTokens === 0 ? {} : { cacheWrite1hInputTokens }),
    outputTokens: sum('output_tokens'),
    reasoningTokens: countOrZero(objectOrEmpty(value['output_tokens_details'])['thinking_tokens']),
  }
}

/** Usage in a stream is cumulative: a later count replaces an earlier one, but null does not. */
export function mergeUsage(earlier: JsonObject, later: unknown): JsonObject {
  const counts = Object.entries(objectOrEmpty(later)).filter(([, value]) => value !== null)
  return { ...earlier, ...Object.fromEntries(counts) }
}

export function encodeUsage(usage: Usage | undefined): JsonObject {
  const cached = usage?.cachedInputTokens ?? 0
  const written = usage?.cacheWriteInputTokens ?? 0
  const forHour = usage?.cacheWrite1hInputTokens
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - cached - written),
    cache_creation_input_tokens: written,
    ...(forHour === undefined
      ? {}
      : {
          cache_creation: {
            ephemeral_5m_input_tokens: Math.max(0, written - forHour),
            ephemeral_1h_input_tokens: forHour,
          },
        }),
    cache_read_input_tokens: cached,
    output_tokens: usage?.outputTokens ?? 0,
  }
}
