import { type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/**
 * `tokens` is what the model read and wrote, `billed_units` what of it is charged: without Cohere's
 * own instructions. https://docs.cohere.com/reference/chat
 */
export function decodeUsage(usage: JsonObject | undefined): Usage | undefined {
  const tokens = objectOrEmpty(usage?.['tokens'])
  const billed = objectOrEmpty(usage?.['billed_units'])
  const count = (name: string) => numberOrUndefined(tokens[name]) ?? numberOrUndefined(billed[name])
  const inputTokens = count('input_tokens')
  const outputTokens = count('output_tokens')
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  return {
    inputTokens: inputTokens ?? 0,
    cachedInputTokens: numberOrUndefined(usage?.['cached_tokens']) ?? 0,
    cacheWriteInputTokens: 0,
    outputTokens: outputTokens ?? 0,
    reasoningTokens: 0,
  }
}

/** `billed` is what Cohere told of it; nobody else does. */
export function encodeUsage(usage: Usage, billed?: unknown): JsonObject {
  return {
    ...(billed === undefined ? {} : { billed_units: billed }),
    tokens: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    cached_tokens: usage.cachedInputTokens,
  }
}
