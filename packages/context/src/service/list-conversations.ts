import { invalidField } from '@fairlead/llm'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import { conversationNotFound } from './conversation-errors.ts'

export interface ConversationListRequest {
  /** 1 to 100; 20 when left out. */
  readonly limit?: number
  /** By the time of creation; `desc` (newest first) when left out. */
  readonly order?: 'asc' | 'desc'
  /** Id of the conversation to continue after. */
  readonly after?: string
  readonly subject?: string | undefined
  /** Pairs that each must have. */
  readonly metadata?: Readonly<Record<string, string>>
}

export interface ConversationList {
  readonly conversations: readonly Conversation[]
  /** The id to continue after; null at the end. */
  readonly next: string | null
}

/** How often the store is asked for one page, when filters leave little of what it looks at. */
const lookupsMax = 4

/**
 * A page of a tenant's conversations. One that is not the last may have fewer than `limit`, or none,
 * where filters leave few of many. Throws a ModelError 404 for an unknown `after`.
 */
export async function listConversations(
  store: Pick<TurnStore, 'list'>,
  tenant: string,
  request: ConversationListRequest,
): Promise<ConversationList> {
  const { limit = 20, order = 'desc', subject, metadata } = request
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw invalidField('limit', `it is ${limit}, but must be between 1 and 100.`)
  }
  const conversations: Conversation[] = []
  let next = request.after ?? null
  for (let lookup = 0; lookup < lookupsMax; lookup++) {
    const page = await store.list(tenant, {
      limit: limit - conversations.length,
      order,
      ...(next === null ? {} : { after: next }),
      ...(subject === undefined ? {} : { subject }),
      ...(metadata === undefined ? {} : { metadata }),
    })
    if (page.outcome === 'unknown-after') {
      // A later page begins where this one ends; what was deleted meanwhile ends it here.
      if (lookup > 0) return { conversations, next: null }
      throw conversationNotFound(next ?? '')
    }
    conversations.push(...page.conversations)
    next = page.next
    if (next === null || conversations.length === limit) break
  }
  return { conversations, next }
}
