import { presentConversation } from '@fairlead/context'
import { presentItem } from '@fairlead/llm'
import { readItemPage } from '../../conversations/item-page.ts'
import type { AnswerRoute } from '../surface.ts'
import {
  type ConversationRequest,
  conversationRoute,
  readFields,
  referenceOf,
} from './conversation-route.ts'
import { presentItems } from './present-log.ts'
import { readInclude } from './read-include.ts'
import { readItems } from './read-items.ts'

const itemPath = '/v1/conversations/{id}/items/{item}'

/** The items of a conversation, as OpenAI has them. */
export const itemRoutes: readonly AnswerRoute[] = [
  conversationRoute('POST', '/v1/conversations/{id}/items', addItems),
  conversationRoute(
    'GET',
    '/v1/conversations/{id}/items',
    async ({ store, tenant, id, request: { query } }) => {
      const include = readInclude(query)
      return presentItems(await store.items(tenant, id, readItemPage(query)), include)
    },
  ),
  conversationRoute('GET', itemPath, async ({ store, tenant, id, request }) => {
    const { parameters, query } = request
    const include = readInclude(query)
    return presentItem(await store.item(tenant, id, parameters['item'] ?? ''), include)
  }),
  conversationRoute('DELETE', itemPath, async (asked) => {
    const item = asked.request.parameters['item'] ?? ''
    return presentConversation(await asked.store.removeItem(referenceOf(asked), item))
  }),
]

async function addItems(asked: ConversationRequest): Promise<object> {
  const { request, store, tenant } = asked
  const include = readInclude(request.query)
  const body = await readFields(request, ['items'])
  const { responses } = store
  const items = await readItems(body['items'], 'items', { responses, tenant })
  const added = await store.addItems(referenceOf(asked), items)
  return presentItems({ items: added, hasMore: false }, include)
}
