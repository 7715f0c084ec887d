import type { ConversationRequest } from './conversation-route.ts'

/**
 * The id of the turn that a path names. `last` is the newest turn of the selected branch, also while
 * it runs; in a conversation without turns it stays `last`, which no turn is called.
 */
export async function turnIdOf(asked: ConversationRequest): Promise<string> {
  const { id, request, store, tenant } = asked
  const named = request.parameters['turn'] ?? ''
  if (named !== 'last') return named
  const { ccp } = await store.get(tenant, id)
  return ccp.head ?? named
}
