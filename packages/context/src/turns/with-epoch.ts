import type { Conversation, EpochState } from './conversation.ts'

/** The conversation with another epoch, and everything else as it is. */
export function withEpoch(conversation: Conversation, epoch: EpochState): Conversation {
  return { ...conversation, ccp: { ...conversation.ccp, epoch } }
}
