import type { Call } from '../call/call.ts'
import type { EarlierCall } from '../call/earlier-call.ts'
import type { AnswerStream } from './answer-stream.ts'
import { joinedAnswer } from './joined-answer.ts'
import { storedAnswer } from './stored-answer.ts'

/** The answer of a call that was made before, or is being made, for a call that repeats it. */
export function earlierAnswer(earlier: EarlierCall, call: Call): AnswerStream {
  const { record, request, signal } = call
  const { answer, createdAt, id } = earlier
  const { stream } = request.sent
  if ('stored' in answer) {
    record.replay = 'stored'
    return storedAnswer(answer.stored, id, stream)
  }
  record.replay = 'joined'
  const start = { id, model: request.model, createdAt }
  return joinedAnswer(answer.joined, { start, isWhole: !stream, signal })
}
