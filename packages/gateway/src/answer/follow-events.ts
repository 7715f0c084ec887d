import type { EarlierAnswer } from '@fairlead/context'
import { createSnapshotEvents, type ModelResponse, type StreamEvent } from '@fairlead/llm'

/** The answer of another call, event by event from its beginning. */
interface FollowedEvents {
  /** The next events, at least one; undefined at the end. The signal ends the waiting. */
  next(signal: AbortSignal): Promise<readonly StreamEvent[] | undefined>
}

/**
 * The events of an answer that was made before, or is being made. They end as that does: with its
 * finish, or with the error that broke it off. `start` says who is told to answer until the answer
 * itself does. Nothing is held for who reads slowly: it misses states in between, and no text.
 */
export function followEvents(
  answer: EarlierAnswer,
  start: Pick<ModelResponse, 'id' | 'model' | 'createdAt'>,
): FollowedEvents {
  const snapshots = createSnapshotEvents(start)
  let isOver = false
  return {
    async next(signal) {
      while (!isOver) {
        if ('stored' in answer) {
          isOver = true
          return snapshots.end(answer.stored)
        }
        const { end, output } = await answer.joined.next(signal)
        if (end !== undefined) {
          isOver = true
          return 'error' in end
            ? [...snapshots.grow(output), { type: 'error', error: end.error }]
            : snapshots.end(end.response)
        }
        const events = snapshots.grow(output)
        if (events.length > 0) return events
      }
      return undefined
    },
  }
}
