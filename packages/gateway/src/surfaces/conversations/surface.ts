import { presentConversation } from '@fairlead/context'
import { invalidField, missingField, openAiChat } from '@fairlead/llm'
import { readJson } from '../read-json.ts'
import type { Surface } from '../surface.ts'
import { archiveRoutes } from './archive-routes.ts'
import { branchRoutes } from './branch-routes.ts'
import {
  type ConversationRequest,
  conversationRoute,
  readFields,
  referenceOf,
} from './conversation-route.ts'
import { createConversation, readMetadata } from './create-conversation.ts'
import { dryRun } from './dry-run.ts'
import { itemRoutes } from './item-routes.ts'
import { listRoutes } from './list-routes.ts'
import { noteRoutes } from './note-routes.ts'
import { settingsRoutes } from './settings-routes.ts'
import { subjectRoutes } from './subject-routes.ts'
import { turnCalls } from './turn-calls.ts'
import { turnRoutes } from './turn-routes.ts'

/** OpenAI's Conversations API, with turns, branches and plans added. */
export const conversations: Surface = {
  name: 'conversations',
  dialect: openAiChat,
  routes: [
    ...listRoutes,
    conversationRoute('POST', '/v1/conversations', createConversation),
    conversationRoute('GET', '/v1/conversations/{id}', async ({ store, tenant, id }) =>
      presentConversation(await store.get(tenant, id)),
    ),
    conversationRoute('POST', '/v1/conversations/{id}', async (asked) => {
      const body = await readFields(asked.request, ['metadata'])
      if (body['metadata'] === undefined) throw missingField('metadata', 'give the new metadata')
      const metadata = readMetadata(body['metadata'])
      return presentConversation(await asked.store.update(referenceOf(asked), { metadata }))
    }),
    conversationRoute('DELETE', '/v1/conversations/{id}', removeConversation),
    ...itemRoutes,
    ...turnRoutes,
    ...turnCalls,
    ...branchRoutes,
    ...settingsRoutes,
    ...archiveRoutes,
    {
      ...conversationRoute('POST', '/v1/conversations/{id}/plan', async ({ store, id, request }) =>
        dryRun(id, await readJson(request), store, request),
      ),
      // What it retrieves may be searched for as far away.
      asksProvider: true,
    },
    conversationRoute('GET', '/v1/plans/{id}', ({ store, tenant, id }) =>
      store.recordedPlan(tenant, id),
    ),
    ...subjectRoutes,
    ...noteRoutes,
  ],
}

async function removeConversation(asked: ConversationRequest): Promise<object> {
  const keep = asked.request.query.get('keep_items')
  if (keep !== null && keep !== 'false') {
    throw invalidField(
      'keep_items',
      'items are deleted with their conversation. Omit it, and read the items first if you need them.',
    )
  }
  const { id, expectedRevision } = referenceOf(asked)
  await asked.store.remove(asked.tenant, id, expectedRevision)
  return { id, object: 'conversation.deleted', deleted: true }
}
