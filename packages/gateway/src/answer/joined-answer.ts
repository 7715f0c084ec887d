import type { FollowedAnswer } from '@fairlead/context'
import type { ModelResponse } from '@fairlead/llm'
import type { AnswerStream } from './answer-stream.ts'
import { EventAnswer } from './event-answer.ts'
import { followEvents } from './follow-events.ts'

interface JoinedParts {
  /** Who is told to answer until the answer itself says so. */
  readonly start: Pick<ModelResponse, 'id' | 'model' | 'createdAt'>
  readonly isWhole: boolean
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

/** The answer of a call that another call makes, from its beginning; it ends as that does. */
export function joinedAnswer(
  joined: FollowedAnswer,
  { isWhole, signal, start }: JoinedParts,
): AnswerStream {
  const events = followEvents({ joined }, start)
  return new EventAnswer(isWhole, () => events.next(signal))
}
