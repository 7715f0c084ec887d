import type { Turn } from './conversation.ts'
import { idempotencyConflict } from './conversation-errors.ts'
import type { TurnRequest } from './conversations.ts'
import { supersededTurns } from './turn-in-history.ts'

/** What an idempotency key stands for in a conversation. */
export interface KeyUse {
  /** It completed: answer with this turn. */
  readonly replay?: Turn
  /** It ended without completing: the new turn takes its place. */
  readonly supersedes?: string
}

/** Looks a request's key up. Throws a ModelError 409 when it was used for another request. */
export function findReplay(
  turns: readonly Turn[],
  { idempotencyKey, requestDigest }: Pick<TurnRequest, 'idempotencyKey' | 'requestDigest'>,
): KeyUse {
  if (idempotencyKey === undefined) return {}
  const superseded = supersededTurns(turns)
  const used = turns.findLast(
    (turn) => turn.idempotency_key === idempotencyKey && !superseded.has(turn.id),
  )
  if (used === undefined) return {}
  if (used.request_digest !== (requestDigest ?? null)) throw idempotencyConflict()
  if (used.status === 'completed') return { replay: used }
  return used.status === 'in_progress' ? {} : { supersedes: used.id }
}
