import { countOrZero, isJsonObject, type JsonObject } from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/**
 * Reads `usage`, in which tokens of the cache are counted beside `inputTokens`:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
 */
export function decodeUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const cachedInputTokens = countOrZero(value['cacheReadInputTokens'])
  const cacheWriteInputTokens = countOrZero(value['cacheWriteInputTokens'])
  return {
    inputTokens: countOrZero(value['inputTokens']) + cachedInputTokens + cacheWriteInputTokens,
    cachedInputTokens,
    cacheWriteInputTokens,
    outputTokens: countOrZero(value['outputTokens']),
    reasoningTokens: 0,
  }
}

export function encodeUsage(usage: Usage): JsonObject {
  const { cachedInputTokens: cached, cacheWriteInputTokens: written } = usage
  return {
    inputTokens: Math.max(0, usage.inputTokens - cached - written),
    outputTokens: usage.outputTokens,
    totalTokens: usage.inputTokens + usage.outputTokens,
    ...(cached === 0 && written === 0
      ? {}
      : { cacheReadInputTokens: cached, cacheWriteInputTokens: written }),
  }
}
