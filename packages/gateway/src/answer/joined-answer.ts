import type { FollowedAnswer } from '@fairlead/context'
import { createSnapshotEvents, type ModelResponse, type StreamEvent } from '@fairlead/llm'
import type { AnswerStream } from './answer-stream.ts'
import { EventAnswer } from './event-answer.ts'

interface JoinedParts {
  /** Who is told to answer until the answer itself says so. */
  readonly start: Pick<ModelResponse, 'id' | 'model' | 'createdAt'>
  readonly isWhole: boolean
  /** Ends the waiting. */
  readonly signal: AbortSignal
}

/**
 * The answer of a call that another call makes, from its beginning. It ends as that does: whole, or
 * with the error that broke it off. Nothing is held for a caller that reads slowly: it misses
 * states in between, and no text.
 */
export function joinedAnswer(
  followed: FollowedAnswer,
  { isWhole, signal, start }: JoinedParts,
): AnswerStream {
  const snapshots = createSnapshotEvents(start)
  let isOver = false
  const next = async (): Promise<readonly StreamEvent[] | undefined> => {
    while (!isOver) {
      const { end, output } = await followed.next(signal)
      if (end !== undefined) {
        isOver = true
        return 'error' in end
          ? [...snapshots.grow(output), { type: 'error', error: end.error }]
          : snapshots.end(end.response)
      }
      const events = isWhole ? [] : snapshots.grow(output)
      if (events.length > 0) return events
    }
    return undefined
  }
  return new EventAnswer(isWhole, next)
}
