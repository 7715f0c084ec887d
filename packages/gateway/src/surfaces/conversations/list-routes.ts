import { presentConversation } from '@fairlead/context'
import { invalidField } from '@fairlead/llm'
import { readItemPage } from '../../conversations/item-page.ts'
import type { AnswerRoute } from '../surface.ts'
import { type ConversationRequest, conversationRoute, listOf } from './conversation-route.ts'
import { checkOwnTenant } from './own-tenant.ts'

/** The caller's conversations. */
export const listRoutes: readonly AnswerRoute[] = [
  conversationRoute('GET', '/v1/conversations', listConversations),
]

async function listConversations({ request, store, tenant }: ConversationRequest): Promise<object> {
  checkOwnTenant(request)
  const { query } = request
  const { conversations, next } = await store.list(tenant, {
    ...readItemPage(query),
    subject: query.get('subject') ?? undefined,
    metadata: readMetadataFilter(query),
  })
  return listOf(conversations.map(presentConversation), next !== null, next ?? undefined)
}

/** `metadata[key]=value`, as deep objects stand in a query. */
function readMetadataFilter(query: URLSearchParams): Readonly<Record<string, string>> {
  const pairs = [...query].flatMap(([name, value]) => {
    const key = /^metadata\[(.*)\]$/s.exec(name)?.[1]
    return key === undefined ? [] : [[key, value] as const]
  })
  if (pairs.length > 16) throw invalidField('metadata', 'filter by at most 16 pairs.')
  return Object.fromEntries(pairs)
}
