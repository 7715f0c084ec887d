import {
  mainBranch,
  protocolVersion,
  type Conversation,
  type ConversationRetention,
} from './conversation.ts'

interface NewConversation {
  readonly id: string
  readonly tenant: string
  /** Name of the ConversationStore. */
  readonly store: string
  readonly nowMs: number
  readonly metadata?: Readonly<Record<string, string>>
  readonly persona?: string
  readonly strategy?: string
  readonly variables?: Readonly<Record<string, string>>
  readonly subject?: string
  readonly retention?: ConversationRetention
}

/** A conversation before its first turn: revision 0, first epoch, nothing pinned yet. */
export function newConversation(parts: NewConversation): Conversation {
  return {
    id: parts.id,
    object: 'conversation',
    created_at: Math.floor(parts.nowMs / 1000),
    metadata: parts.metadata ?? {},
    ccp: {
      version: protocolVersion,
      tenant: parts.tenant,
      revision: 0,
      head: null,
      branch: mainBranch,
      branches: {},
      turns: 0,
      rewrites: 0,
      pinned: [],
      sends_history: false,
      subject: parts.subject ?? null,
      retention: parts.retention ?? { expires_at: null, legal_hold: false },
      epoch: { n: 1, from_turn: null, persona: null, strategy: null, rule: '', head_hash: '' },
      persona: parts.persona ?? null,
      strategy: parts.strategy ?? null,
      store: parts.store,
      variables: parts.variables ?? {},
    },
  }
}
