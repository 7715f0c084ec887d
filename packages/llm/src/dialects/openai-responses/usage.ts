import {
  countOrZero,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
} from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/** Reads the `usage` of a response; undefined if there is none, as before its end. */
export function decodeUsage(value: unknown): Usage | undefined {
  if (!isUsage(value)) return undefined
  const input = objectOrEmpty(value['input_tokens_details'])
  const output = objectOrEmpty(value['output_tokens_details'])
  return {
    inputTokens: countOrZero(value['input_tokens']),
    cachedInputTokens: countOrZero(input['cached_tokens']),
    cacheWriteInputTokens: countOrZero(input['cache_write_tokens']),
    outputTokens: countOrZero(value['output_tokens']),
    reasoningTokens: countOrZero(output['reasoning_tokens']),
  }
}

export function isUsage(value: unknown): value is JsonObject {
  return isJsonObject(value) && numberOrUndefined(value['input_tokens']) !== undefined
}

/** Of a response that is being made. OpenAI tells none yet, which its API description forbids. */
export const usageSoFar = encodeUsage({
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
})

export function encodeUsage(usage: Usage | undefined): JsonObject | null {
  if (usage === undefined) return null
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteInputTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}
