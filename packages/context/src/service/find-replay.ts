import { supersededTurns } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import { idempotencyConflict } from './conversation-errors.ts'
import type { TurnRequest } from './conversations.ts'

/** How an idempotency key was used before in a conversation. */
interface KeyUse {
  /** The turn that completed under the key: answer with it. */
  readonly replay?: Turn
  /** Id of the turn that ended without completing: the new turn replaces it. */
  readonly supersedes?: string
}

/** Looks up a request's key. Throws a ModelError 409 when it was used for another request. */
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
