import { presentConversation, type Turn } from '@fairlead/context'
import { readItemPage } from '../../conversations/item-page.ts'
import type { AnswerRoute } from '../surface.ts'
import {
  type ConversationRequest,
  conversationRoute,
  listOf,
  referenceOf,
} from './conversation-route.ts'
import { presentTurn } from './present-log.ts'
import { readInclude } from './read-include.ts'
import { turnIdOf } from './turn-id-of.ts'
import { previewOf } from './turn-preview.ts'
import { streamTurn } from './turn-stream.ts'

const turnPath = '/v1/conversations/{id}/turns/{turn}'

/** The turns of a conversation, its tree, and pins. */
export const turnRoutes: readonly AnswerRoute[] = [
  conversationRoute('GET', '/v1/conversations/{id}/turns', async (asked) => {
    const include = readInclude(asked.request.query)
    const { hasMore, turns } = await pageOf(asked)
    return listOf(
      turns.map((turn) => presentTurn(turn, include)),
      hasMore,
    )
  }),
  conversationRoute('GET', turnPath, async (asked) => {
    const { id, request, store, tenant } = asked
    const include = readInclude(request.query)
    return presentTurn(await store.tree.turn(tenant, id, await turnIdOf(asked)), include)
  }),
  conversationRoute('GET', `${turnPath}/stream`, streamTurn),
  conversationRoute('GET', '/v1/conversations/{id}/tree', async (asked) => {
    const { conversation, hasMore, turns } = await pageOf(asked)
    const { branch, branches, head } = conversation.ccp
    return { ...listOf(turns.map(nodeOf), hasMore), head, branch, branches }
  }),
  conversationRoute(
    'POST',
    '/v1/conversations/{id}/cancel',
    async ({ id, request, store, tenant }) =>
      presentTurn(await store.cancelTurn(tenant, id), readInclude(request.query)),
  ),
  conversationRoute('POST', `${turnPath}/cancel`, async (asked) => {
    const { id, request, store, tenant } = asked
    const turn = await store.cancelTurn(tenant, id, await turnIdOf(asked))
    return presentTurn(turn, readInclude(request.query))
  }),
  conversationRoute('POST', `${turnPath}/pin`, (asked) => pin(asked, true)),
  conversationRoute('DELETE', `${turnPath}/pin`, (asked) => pin(asked, false)),
]

/** A log is read from its beginning: oldest first, a hundred turns, unless the query says otherwise. */
function pageOf({ id, request, store, tenant }: ConversationRequest) {
  const { query } = request
  const branch = query.get('branch') ?? undefined
  const page = { limit: 100, order: 'asc', ...readItemPage(query) } as const
  return store.tree.turns(tenant, id, { ...page, branch })
}

async function pin(asked: ConversationRequest, pinned: boolean): Promise<object> {
  const turn = await turnIdOf(asked)
  return presentConversation(await asked.store.tree.pin(referenceOf(asked), turn, pinned))
}

/** A turn's place in the tree, and enough of its question to know it by. */
function nodeOf(turn: Turn) {
  const { id, parent, seq, branch, status, supersedes, pinned, created_at } = turn
  return {
    id,
    object: 'ccp.tree_node',
    parent,
    seq,
    branch,
    status,
    supersedes,
    pinned,
    created_at,
    preview: previewOf(turn),
  }
}
