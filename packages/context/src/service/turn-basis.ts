import type { StoredConversation } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import { pathTo } from '../turns/path-to.ts'
import type { Turn } from '../turns/turn.ts'

/** What a turn begins from. */
export interface TurnBasis {
  readonly conversation: Conversation
  /** Whether the conversation exists in the store. */
  readonly isStored: boolean
  /** Every turn, on whatever branch, oldest first. */
  readonly turns: readonly Turn[]
  /** The turns from the first to the head of the selected branch. */
  readonly path: readonly Turn[]
  /** The turn that runs; undefined if none does. */
  readonly running: Turn | undefined
}

/** The basis in a conversation as it is stored. */
export function storedBasis({ conversation, turns }: StoredConversation): TurnBasis {
  return {
    conversation,
    isStored: true,
    turns,
    path: pathTo(turns, conversation.ccp.head),
    running: turns.findLast((turn) => turn.status === 'in_progress'),
  }
}

/** The basis of the first turn of a conversation that is not stored yet. */
export function emptyBasis(conversation: Conversation): TurnBasis {
  return { conversation, isStored: false, turns: [], path: [], running: undefined }
}
