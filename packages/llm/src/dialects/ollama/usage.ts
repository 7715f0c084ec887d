import { type JsonObject, numberOrUndefined } from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/**
 * The counts of an answer's last object. A prompt that was in the cache as a whole has no
 * `prompt_eval_count` in older servers.
 */
export function decodeUsage(answer: JsonObject): Usage | undefined {
  const inputTokens = numberOrUndefined(answer['prompt_eval_count'])
  const outputTokens = numberOrUndefined(answer['eval_count'])
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return {
    inputTokens: inputTokens ?? 0,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: outputTokens ?? 0,
    reasoningTokens: 0,
  }
}

export function encodeUsage(usage: Usage | undefined): JsonObject {
  return usage === undefined
    ? {}
    : { prompt_eval_count: usage.inputTokens, eval_count: usage.outputTokens }
}
