import type { Item, Usage } from '@fairlead/llm'
import type { CallRequest } from '../call/call-request.ts'
import type { AnswerStream } from './answer-stream.ts'

/**
 * What an answer has used, where its provider did not tell: for the log and the metrics, not for the
 * caller. Undefined where nothing is known of the answer either.
 */
export function estimatedUsage(
  { estimatedOutputTokens }: AnswerStream,
  { inputTokens }: Pick<CallRequest, 'inputTokens'>,
): Usage | undefined {
  if (estimatedOutputTokens === undefined) return undefined
  return {
    inputTokens,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: estimatedOutputTokens,
    reasoningTokens: 0,
    estimated: true,
  }
}

/** A token per four characters of what an answer says, thinks and calls. */
export function estimatedTokens(output: readonly Item[]): number {
  let length = 0
  for (const item of output) {
    if (item.type === 'function_call') length += item.arguments.length
    else if (item.type === 'reasoning' || item.type === 'message') {
      for (const part of item.content ?? []) if ('text' in part) length += part.text.length
    }
  }
  return Math.ceil(length / 4)
}
