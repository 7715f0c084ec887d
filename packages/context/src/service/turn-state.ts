import type { ModelError } from '@fairlead/llm'
import type { Turn } from '../turns/turn.ts'
import { joinedCallFailed, TurnCancelled } from './conversation-errors.ts'
import type { AnswerEnd, AnswerState } from './followed-answer.ts'
import { turnAnswer } from './turn-answer.ts'

/** What there is of a turn's answer, as it is stored; `turn` is undefined if it is gone. */
export function turnState(turn: Turn | undefined): AnswerState {
  if (turn === undefined) return { output: [], end: { error: joinedCallFailed('deleted') } }
  const end = turn.status === 'in_progress' ? undefined : turnEnd(turn)
  return { output: turn.output, end }
}

/**
 * How a turn ended for those who joined it. `error` is what its own caller was told; that it had
 * left is nothing to them.
 */
export function turnEnd(turn: Turn, error?: ModelError): AnswerEnd {
  if (turn.status === 'completed') return { response: turnAnswer(turn) }
  return { error: errorForJoined(error) ?? missingAnswer(turn) }
}

/** Undefined for an error that is about the other caller alone. */
export function errorForJoined(error: ModelError | undefined): ModelError | undefined {
  return error?.code === 'caller_left' ? undefined : error
}

/** Whoever stopped an answer does not want those who follow it to send its question again. */
function missingAnswer({ status }: Turn): ModelError {
  return status === 'cancelled' ? new TurnCancelled('cancelled') : joinedCallFailed(status)
}
