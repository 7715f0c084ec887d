import { inputUsage, type Item, type Usage } from '@fairlead/llm'
import type { CallRequest } from '../call/call-request.ts'
import type { AnswerStream } from './answer-stream.ts'

/**
 * What an answer has used: what its provider told, and where it did not what came, which is for the
 * log, the metrics and the bill, not for the caller. A stream that was cut may have told less output
 * than came, as the sum stands at its end. Undefined where nothing is known of the answer either.
 */
export function usageOf(
  answer: AnswerStream,
  { inputTokens }: Pick<CallRequest, 'inputTokens'>,
): Usage | undefined {
  const { usage } = answer
  if (usage !== undefined && answer.isComplete) return usage
  const { estimatedOutputTokens } = answer
  if (usage !== undefined) return atLeast(usage, inputTokens, estimatedOutputTokens ?? 0)
  if (estimatedOutputTokens === undefined) return undefined
  return { ...usageOfPrompt({ inputTokens }), outputTokens: estimatedOutputTokens }
}

/** What a call has used, about, whose provider was asked and whose answer nobody waited for. */
export function usageOfPrompt({ inputTokens }: Pick<CallRequest, 'inputTokens'>): Usage {
  return { ...inputUsage(inputTokens), estimated: true }
}

/** Some tell nothing of the input either before the end. */
function atLeast(usage: Usage, input: number, output: number): Usage {
  const inputTokens = usage.inputTokens === 0 ? input : usage.inputTokens
  const outputTokens = Math.max(usage.outputTokens, output)
  const isTold = inputTokens === usage.inputTokens && outputTokens === usage.outputTokens
  return isTold ? usage : { ...usage, inputTokens, outputTokens, estimated: true }
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
