import type { ModelResponse } from '@fairlead/llm'
import type { Turn } from '../turns/turn.ts'

/** The answer of a turn that has ended, as far as turns keep it. */
export function turnAnswer(turn: Turn): ModelResponse {
  const { finish_reason: reason, output, usage } = turn
  const calls = output.some(({ type }) => type === 'function_call')
  return {
    id: turn.id,
    model: usage?.model ?? turn.model,
    createdAt: turn.completed_at ?? turn.created_at,
    output,
    finishReason: reason ?? (calls ? 'tool_calls' : 'stop'),
    ...(usage === null
      ? {}
      : {
          usage: {
            inputTokens: usage.input_tokens,
            cachedInputTokens: usage.cached_tokens,
            cacheWriteInputTokens: 0,
            outputTokens: usage.output_tokens,
            reasoningTokens: 0,
          },
        }),
  }
}
