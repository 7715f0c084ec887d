import type { AnswerState, FollowedAnswer } from './followed-answer.ts'

interface StoredAnswerReader {
  readonly read: () => Promise<AnswerState>
  /** Resolves when it is time to read again. */
  readonly changed: (signal: AbortSignal) => Promise<void>
}

/** Follows an answer that another process makes, by what of it is stored. */
export function followStored({ changed, read }: StoredAnswerReader): FollowedAnswer {
  let isFirst = true
  return {
    async next(signal) {
      if (!isFirst) await changed(signal)
      isFirst = false
      signal.throwIfAborted()
      return read()
    },
  }
}
