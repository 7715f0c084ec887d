import { countOrZero, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/**
 * Reads a `usage` object; `undefined` if there is none. DeepSeek reports cache hits in
 * `prompt_cache_hit_tokens`, everybody else in `prompt_tokens_details.cached_tokens`. xAI leaves
 * reasoning out of `completion_tokens`, which shows in its total.
 */
export function decodeUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const prompt = objectOrEmpty(value['prompt_tokens_details'])
  const completion = objectOrEmpty(value['completion_tokens_details'])
  const inputTokens = countOrZero(value['prompt_tokens'])
  const completionTokens = countOrZero(value['completion_tokens'])
  const reasoningTokens = countOrZero(completion['reasoning_tokens'])
  const total = countOrZero(value['total_tokens'])
  const reasoningApart = total === inputTokens + completionTokens + reasoningTokens
  const audioInputTokens = countOrZero(prompt['audio_tokens'])
  const audioOutputTokens = countOrZero(completion['audio_tokens'])
  return {
    inputTokens,
    cachedInputTokens: countOrZero(prompt['cached_tokens'] ?? value['prompt_cache_hit_tokens']),
    cacheWriteInputTokens: countOrZero(prompt['cache_write_tokens']),
    outputTokens: completionTokens + (reasoningApart ? reasoningTokens : 0),
    reasoningTokens,
    ...(audioInputTokens === 0 ? {} : { audioInputTokens }),
    ...(audioOutputTokens === 0 ? {} : { audioOutputTokens }),
  }
}

export function encodeUsage(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteInputTokens,
      audio_tokens: usage.audioInputTokens ?? 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.audioOutputTokens ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
