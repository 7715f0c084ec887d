import type { EarlierAnswer } from '@fairlead/context'
import type { Call } from '../call/call.ts'
import type { AnswerStream } from './answer-stream.ts'
import { joinedAnswer } from './joined-answer.ts'
import { storedAnswer } from './stored-answer.ts'

/** What is known of the call whose answer a call gets. */
export interface EarlierCall {
  readonly answer: EarlierAnswer
  /** The id of its answer. */
  readonly id: string
  /** Unix seconds. */
  readonly createdAt: number
}

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
