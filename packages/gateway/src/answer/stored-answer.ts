import type { ModelResponse } from '@fairlead/llm'
import type { AnswerStream } from './answer-stream.ts'
import { answerOf } from './event-answer.ts'

/** Replays the answer of an earlier call under the id that it is known by; no model is called. */
export function storedAnswer(response: ModelResponse, id: string, stream: boolean): AnswerStream {
  return answerOf({ ...response, id }, !stream)
}
