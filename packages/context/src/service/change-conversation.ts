import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import {
  conversationLocked,
  conversationNotFound,
  revisionConflict,
} from './conversation-errors.ts'

/** How often a change is attempted when the conversation is changed meanwhile. */
const attempts = 5

/** A conversation that is to be changed. */
export interface ConversationReference {
  readonly tenant: string
  readonly id: string
  /** The revision that the change is meant for; any when left out. */
  readonly expectedRevision?: number | undefined
}

/** A change that adds no turn. The revision and the count of rewrites are counted up by whoever stores it. */
export interface ConversationEdit {
  readonly metadata?: Conversation['metadata']
  readonly ccp?: Partial<Conversation['ccp']>
  /** Turns that have ended, in a new form. */
  readonly rewritten?: readonly Turn[]
}

/**
 * Stores what `edit` makes of the conversation; undefined changes nothing. `edit` is asked again
 * when something else was stored meanwhile. Throws a ModelError: 404 `conversation_not_found`, 412
 * `revision_conflict`, and 400 `conversation_locked` when others always come first.
 */
export async function changeConversation(
  store: Pick<TurnStore, 'append' | 'conversation'>,
  { tenant, id, expectedRevision: expected }: ConversationReference,
  edit: (
    before: Conversation,
  ) => ConversationEdit | undefined | Promise<ConversationEdit | undefined>,
): Promise<Conversation> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = await store.conversation(tenant, id)
    if (before === undefined) throw conversationNotFound(id)
    const { revision, rewrites } = before.ccp
    if (expected !== undefined && expected !== revision) {
      throw revisionConflict(id, expected, revision)
    }
    const change = await edit(before)
    if (change === undefined) return before
    const { metadata = before.metadata, ccp, rewritten = [] } = change
    const conversation: Conversation = {
      ...before,
      metadata,
      ccp: {
        ...before.ccp,
        ...ccp,
        revision: revision + 1,
        rewrites: rewritten.length === 0 ? rewrites : rewrites + 1,
      },
    }
    const outcome = await store.append({
      expectedRevision: revision,
      conversation,
      keepsEpoch: ccp?.epoch === undefined,
      turns: [],
      rewritten,
    })
    if (outcome === 'stored') return conversation
  }
  throw conversationLocked(id, 1)
}
