import type { Turn } from '../turns/turn.ts'
import { idempotencyConflict } from './conversation-errors.ts'
import type { TurnRequest } from './conversations.ts'

/** Turns of earlier calls that a request may be sending again. */
export interface EarlierCalls {
  /** The newest turn with the request's idempotency key, on whatever branch. */
  readonly keyed: Turn | undefined
  /** The newest of the last turns with the digest of the request. */
  readonly repeated: Turn | undefined
  /** The newest turn of the selected branch. */
  readonly head: string | null
}

/** What is to be done because a request was sent before; nothing for one that is new. */
export interface EarlierUse {
  /** The turn that completed: answer with it. */
  readonly replay?: Turn
  /** The turn that still runs: its answer is this request's, too. */
  readonly joins?: Turn
  /** The turn that ended without completing: the new turn replaces it. */
  readonly supersedes?: Turn
}

/**
 * A retry comes within the time that SDKs wait for an answer, ten minutes, and a pause. Later the
 * same words are another request.
 */
const retriedWithinSeconds = 660

/**
 * Whether a request was sent before: with its idempotency key; or, by an SDK that says that it
 * retries, with the same digest; or, whoever repeats it, as the newest turn, if its caller got an
 * error. Throws a ModelError 409 for a key that was used for another request. `nowSeconds` is in
 * Unix seconds.
 */
export function findReplay(
  { keyed, repeated, head }: EarlierCalls,
  { idempotencyKey, isRetry, requestDigest }: Sent,
  nowSeconds: number,
): EarlierUse {
  if (idempotencyKey !== undefined && keyed !== undefined) {
    if (keyed.request_digest !== (requestDigest ?? null)) throw idempotencyConflict()
    return useOf(keyed)
  }
  if (idempotencyKey !== undefined || repeated === undefined) return {}
  const isRecent = nowSeconds - (repeated.completed_at ?? nowSeconds) <= retriedWithinSeconds
  if (isRetry === true && isRecent) return useOf(repeated)
  return repeated.id === head && endedInError(repeated) ? { supersedes: repeated } : {}
}

/** Whether a request may be answered, or refused, by what is stored already. */
export function mayNeedNoTurn({ expectedRevision, idempotencyKey, isRetry }: TurnRequest): boolean {
  return idempotencyKey !== undefined || expectedRevision !== undefined || isRetry === true
}

type Sent = Pick<TurnRequest, 'idempotencyKey' | 'requestDigest' | 'isRetry'>

function useOf(turn: Turn): EarlierUse {
  if (turn.status === 'completed') return { replay: turn }
  return turn.status === 'in_progress' ? { joins: turn } : { supersedes: turn }
}

/** Not one that was cancelled: its caller wanted it to end. */
function endedInError({ status, unacknowledged }: Turn): boolean {
  return status === 'failed' || status === 'incomplete' || unacknowledged === true
}
