import { ModelError } from '@fairlead/llm'
import type { YieldCause } from './turn-queue.ts'

export function conversationNotFound(id: string): ModelError {
  return new ModelError('not-found', `Conversation with id '${id}' not found.`, {
    code: 'conversation_not_found',
    param: 'conversation',
  })
}

/** No client sends it again by itself, as it would after a 409. */
export function subjectErased(): ModelError {
  return new ModelError(
    'not-found',
    'All that was kept of the subject has been erased while this call was on its way, and nothing of it is kept. Send it again only if the subject is to be known again.',
    { status: 410, code: 'subject_erased', param: 'context.subject', retryable: false },
  )
}

/** Whether it says that a subject has been erased while something was on its way. */
export function isSubjectErased(error: unknown): boolean {
  return error instanceof ModelError && error.code === 'subject_erased'
}

export function conversationExists(id: string): ModelError {
  return new ModelError('conflict', `A conversation with id '${id}' already exists.`, {
    code: 'conversation_exists',
    param: 'id',
  })
}

/** Status and code are OpenAI's. */
export function conversationLocked(id: string, retryAfterSeconds: number): ModelError {
  return new ModelError(
    'invalid-request',
    `Another turn of conversation '${id}' is running. Wait until it has ended, or cancel it, then try again.`,
    { code: 'conversation_locked', param: 'conversation', retryAfterSeconds },
  )
}

const cancelledWords: Readonly<Record<YieldCause, string>> = {
  cancelled: 'The turn was cancelled.',
  interrupted: 'A newer message of the conversation has interrupted this turn.',
  left: 'A newer message of the conversation has ended this turn, because nobody was listening.',
  lost: 'The replica that ran this turn could not reach its conversation store for so long that another may have gone on. What came is in the conversation; read it, then ask again.',
}

/**
 * The turn was ended before its answer was complete, and not by its model. What came of it is
 * stored, and the call is not to be sent again by itself. The status is nginx's for a request that
 * its client has ended.
 */
export class TurnCancelled extends ModelError {
  constructor(cause: YieldCause) {
    super('unavailable', cancelledWords[cause], {
      status: 499,
      code: 'turn_cancelled',
      retryable: false,
    })
  }
}

/** `id` is undefined where the conversation has none. */
export function turnNotFound(id: string | undefined): ModelError {
  const message =
    id === undefined
      ? 'The conversation has no turn yet.'
      : `Turn with id '${id}' not found in this conversation.`
  return new ModelError('not-found', message, { code: 'turn_not_found' })
}

/** A legal hold keeps it. */
export function conversationHeld(id: string): ModelError {
  return new ModelError(
    'conflict',
    `Conversation '${id}' is under a legal hold, so nothing of it is deleted. Lift the hold first.`,
    { code: 'legal_hold', param: 'conversation' },
  )
}

/** Another process took the turn for abandoned and ended it. */
export function turnEndedMeanwhile(id: string): ModelError {
  return new ModelError(
    'conflict',
    `The turn of conversation '${id}' was taken for abandoned and ended, so its answer is not stored. Read the conversation, then send the call again.`,
    { param: 'conversation' },
  )
}

export function revisionConflict(id: string, expected: number, actual: number): ModelError {
  return new ModelError(
    'conflict',
    `Conversation '${id}' is at revision ${actual}, not at ${expected}. Read what was added, then send the call again with revision ${actual}.`,
    { status: 412, code: 'revision_conflict', param: 'context.expected_revision' },
  )
}

export function idempotencyConflict(): ModelError {
  return new ModelError(
    'conflict',
    'This Idempotency-Key was already used for another request. Use a new key for a new request.',
    { code: 'idempotency_conflict', param: 'Idempotency-Key' },
  )
}

/** The call whose answer this one joined ended without one. `how` is what became of its turn. */
export function joinedCallFailed(how: string): ModelError {
  return new ModelError(
    'unavailable',
    `The call that this one joined did not complete: its answer is ${how}. Send the call again.`,
    { code: 'joined_call_failed', retryAfterSeconds: 1 },
  )
}

export function itemNotFound(itemId: string): ModelError {
  return new ModelError('not-found', `Item with id '${itemId}' not found in this conversation.`, {
    code: 'item_not_found',
  })
}

export function planNotFound(planId: string): ModelError {
  return new ModelError(
    'not-found',
    `Plan with id '${planId}' not found. A conversation keeps only its newest plans.`,
    { code: 'plan_not_found' },
  )
}

export function invalidConversationId(): ModelError {
  return new ModelError(
    'invalid-request',
    'A conversation id has 1 to 64 characters: letters, digits, "_", "." and "-".',
    { code: 'invalid_conversation_id', param: 'conversation' },
  )
}
