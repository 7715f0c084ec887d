import type { ModelError } from '@fairlead/llm'
import type { Turn } from '../turns/turn.ts'
import { joinedCallFailed } from './conversation-errors.ts'
import type { AnswerEnd, FollowedAnswer } from './followed-answer.ts'
import { turnAnswer } from './turn-answer.ts'

interface TurnReader {
  /** The turn as it is stored; undefined if it is gone. */
  readonly load: () => Promise<Turn | undefined>
  /** Resolves when the turn may have changed. */
  readonly changed: (signal: AbortSignal) => Promise<void>
}

/** Follows the answer of a turn that another process runs, by what of it is stored. */
export function followStoredTurn({ load, changed }: TurnReader): FollowedAnswer {
  let isFirst = true
  return {
    async next(signal) {
      if (!isFirst) await changed(signal)
      isFirst = false
      signal.throwIfAborted()
      const turn = await load()
      if (turn === undefined) return { output: [], end: { error: joinedCallFailed('deleted') } }
      const end = turn.status === 'in_progress' ? undefined : turnEnd(turn)
      return { output: turn.output, end }
    },
  }
}

/**
 * How a turn ended for those who joined it. `error` is what its own caller was told; that it had
 * left is nothing to them.
 */
export function turnEnd(turn: Turn, error?: ModelError): AnswerEnd {
  if (turn.status === 'completed') return { response: turnAnswer(turn) }
  const isTold = error !== undefined && error.code !== 'caller_left'
  return { error: isTold ? error : joinedCallFailed(turn.status) }
}
