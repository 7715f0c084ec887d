import {
  type Conversations,
  presentConversation,
  type PresentedConversation,
} from '@fairlead/context'
import {
  invalidField,
  openAiChat,
  readNonEmptyString,
  readObject,
  readOptional,
} from '@fairlead/llm'
import { findPersona, findContextStrategy } from '../../assembly/named-settings.ts'
import { textVariables } from '../../prompts/text-variables.ts'
import { readJson } from '../read-json.ts'
import type { AnswerRoute, Surface, SurfaceRequest } from '../surface.ts'
import { dryRun } from './dry-run.ts'
import { readItemPage } from '../../conversations/item-page.ts'
import { readItems } from './read-items.ts'

/** OpenAI's Conversations API, with turns and plans added. */
export const conversations: Surface = {
  name: 'conversations',
  dialect: openAiChat,
  routes: [
    route('POST', '/v1/conversations', createConversation),
    route('GET', '/v1/conversations/{id}', async ({ store, tenant, id }) =>
      presentConversation(await store.get(tenant, id)),
    ),
    route('POST', '/v1/conversations/{id}', async ({ store, tenant, id, request }) => {
      const metadata = readMetadata((await readJson(request))['metadata'])
      return presentConversation(await store.updateMetadata(tenant, id, metadata))
    }),
    route('DELETE', '/v1/conversations/{id}', async ({ store, tenant, id }) => {
      await store.remove(tenant, id)
      return { id, object: 'conversation.deleted', deleted: true }
    }),
    route('GET', '/v1/conversations/{id}/items', listItems),
    route('GET', '/v1/conversations/{id}/items/{item}', ({ store, tenant, id, request }) =>
      store.item(tenant, id, request.parameters['item'] ?? ''),
    ),
    route('GET', '/v1/conversations/{id}/turns', async ({ store, tenant, id }) => ({
      object: 'list',
      data: await store.turns(tenant, id),
      has_more: false,
    })),
    route('POST', '/v1/conversations/{id}/plan', async ({ store, id, request }) =>
      dryRun(id, await readJson(request), store, request),
    ),
    route('GET', '/v1/plans/{id}', ({ store, tenant, id }) => store.recordedPlan(tenant, id)),
  ],
}

/** A request about conversations, with the ConversationStore of the gateway. */
interface ConversationRequest {
  readonly request: SurfaceRequest
  readonly store: Conversations
  readonly tenant: string
  /** The `{id}` of the path. */
  readonly id: string
}

function route(
  method: AnswerRoute['method'],
  path: string,
  answer: (request: ConversationRequest) => Promise<object>,
): AnswerRoute {
  return {
    method,
    path,
    async answer(request) {
      const store = await request.services.stores.of(request.runtime)
      const { id = '' } = request.parameters
      return answer({ request, store, tenant: request.caller.tenant, id })
    },
  }
}

async function createConversation({
  request,
  store,
  tenant,
}: ConversationRequest): Promise<PresentedConversation> {
  const { caller, runtime } = request
  const body = await readJson(request)
  const context = readOptional(body['context'], 'context', readObject) ?? {}
  const persona = readOptional(context['persona'], 'context.persona', readNonEmptyString)
  const strategy = readOptional(context['strategy'], 'context.strategy', readNonEmptyString)
  const variables = readOptional(context['variables'], 'context.variables', readObject)
  if (persona !== undefined) findPersona(persona, caller, runtime)
  if (strategy !== undefined) findContextStrategy(strategy, caller, runtime)
  const created = await store.create({
    tenant,
    metadata: readMetadata(body['metadata']),
    items: readItems(body['items']),
    ...(persona === undefined ? {} : { persona }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(variables === undefined ? {} : { variables: textVariables(variables) }),
  })
  return presentConversation(created)
}

async function listItems({ request, store, tenant, id }: ConversationRequest): Promise<object> {
  const { items, hasMore } = await store.items(tenant, id, readItemPage(request.query))
  return {
    object: 'list',
    data: items,
    first_id: items[0]?.id ?? null,
    last_id: items.at(-1)?.id ?? null,
    has_more: hasMore,
  }
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(readOptional(value, 'metadata', readObject) ?? {})
  return Object.fromEntries(
    pairs.map(([name, text]) => {
      if (typeof text === 'string') return [name, text]
      throw invalidField(`metadata.${name.slice(0, 64)}`, 'it must be a string.')
    }),
  )
}
