import type { ConversationBasis } from '../stores/turn-queries.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { TurnRequest } from './conversations.ts'
import type { EarlierCalls } from './find-replay.ts'

/** What a turn begins from. */
export interface TurnBasis extends ConversationBasis {
  /** Whether the conversation exists in the store. */
  readonly isStored: boolean
  /** How often its subject had been erased; undefined for one that is stored, or has none. */
  readonly erasures?: number
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
    instructing: undefined,
    running: undefined,
    keyed: undefined,
    repeated: undefined,
  }
}

/**
 * The turns of earlier calls among those of a basis. The store looks for a digest only when a call is
 * sent again; for any other it matters whether the newest turn has it, and that is there.
 */
export function earlierCalls(
  { conversation, keyed, path, repeated }: TurnBasis,
  { requestDigest }: Pick<TurnRequest, 'requestDigest'>,
): EarlierCalls {
  const newest = path.at(-1)
  const isSame = requestDigest !== undefined && newest?.request_digest === requestDigest
  return { keyed, repeated: repeated ?? (isSame ? newest : undefined), head: conversation.ccp.head }
}
