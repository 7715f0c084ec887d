import type { ConversationBasis } from '../stores/turn-queries.ts'
import type { Conversation } from '../turns/conversation.ts'

/** What a turn begins from. */
export interface TurnBasis extends ConversationBasis {
  /** Whether the conversation exists in the store. */
  readonly isStored: boolean
}

/**
 * How many turns of the path are read with the conversation: enough for the usual windows, so that
 * most turns are read at once.
 */
export const basisTurns = 12

/** The basis of the first turn of a conversation that is not stored yet. */
export function emptyBasis(conversation: Conversation): TurnBasis {
  return {
    conversation,
    isStored: false,
    path: [],
    pinned: [],
    running: undefined,
    keyed: undefined,
    repeated: undefined,
  }
}
