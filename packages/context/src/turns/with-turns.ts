import type { Conversation } from './conversation.ts'
import type { Turn } from './turn.ts'

/** The conversation, one revision later, with turns added; the newest is the head of its branch. */
export function withTurns(conversation: Conversation, turns: readonly Turn[]): Conversation {
  const { ccp } = conversation
  const newest = turns.at(-1)
  if (newest === undefined) return conversation
  return {
    ...conversation,
    ccp: {
      ...ccp,
      revision: ccp.revision + 1,
      branch: newest.branch,
      head: newest.id,
      branches: { ...ccp.branches, [newest.branch]: newest.id },
      turns: newest.seq,
    },
  }
}
