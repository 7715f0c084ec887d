import type { Turn } from '@fairlead/context'
import type { ModelResponse } from '@fairlead/llm'
import type { AnswerStream } from './answer-stream.ts'
import { answerOf } from './event-answer.ts'

/** Replays the stored answer of a turn in a conversation; no model is called. */
export function storedAnswer(turn: Turn, model: string, stream: boolean): AnswerStream {
  return answerOf(storedResponse(turn, model), !stream)
}

function storedResponse(turn: Turn, model: string): ModelResponse {
  const { usage } = turn
  return {
    id: turn.id,
    model: usage?.model ?? model,
    createdAt: turn.completed_at ?? turn.created_at,
    output: turn.output,
    finishReason: turn.output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop',
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
