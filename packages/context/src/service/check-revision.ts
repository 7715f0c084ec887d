import { revisionConflict } from './conversation-errors.ts'
import type { TurnRequest } from './conversations.ts'
import type { TurnBasis } from './turn-basis.ts'

/** Throws a ModelError 412 `revision_conflict` when the conversation is not at the expected revision. */
export function checkRevision(
  { expectedRevision: expected, conversation: id }: TurnRequest,
  { conversation, isStored }: TurnBasis,
): void {
  const actual = isStored ? conversation.ccp.revision : 0
  if (expected !== undefined && expected !== actual) throw revisionConflict(id, expected, actual)
}
