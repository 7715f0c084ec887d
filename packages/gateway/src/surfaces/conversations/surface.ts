import type { JsonObject } from '@fairlead/base'
import {
  type Conversations,
  presentConversation,
  type PresentedConversation,
} from '@fairlead/context'
import {
  invalidField,
  isGiven,
  missingField,
  openAiChat,
  presentItem,
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
import { presentItems, presentTurn } from './present-log.ts'
import { readInclude } from './read-include.ts'
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
      const body = onlyFields(await readJson(request), ['metadata'])
      if (body['metadata'] === undefined) throw missingField('metadata', 'give the new metadata')
      return presentConversation(
        await store.updateMetadata(tenant, id, readMetadata(body['metadata'])),
      )
    }),
    route('DELETE', '/v1/conversations/{id}', removeConversation),
    route('POST', '/v1/conversations/{id}/items', addItems),
    route('GET', '/v1/conversations/{id}/items', async ({ store, tenant, id, request }) => {
      const { query } = request
      const include = readInclude(query)
      return presentItems(await store.items(tenant, id, readItemPage(query)), include)
    }),
    route('GET', '/v1/conversations/{id}/items/{item}', async ({ store, tenant, id, request }) => {
      const { parameters, query } = request
      const include = readInclude(query)
      return presentItem(await store.item(tenant, id, parameters['item'] ?? ''), include)
    }),
    route('DELETE', '/v1/conversations/{id}/items/{item}', async ({ store, tenant, id, request }) =>
      presentConversation(await store.removeItem(tenant, id, request.parameters['item'] ?? '')),
    ),
    route('GET', '/v1/conversations/{id}/turns', async ({ store, tenant, id, request }) => {
      const include = readInclude(request.query)
      const turns = await store.turns(tenant, id)
      return {
        object: 'list',
        data: turns.map((turn) => presentTurn(turn, include)),
        has_more: false,
      }
    }),
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
  const body = onlyFields(await readJson(request), ['metadata', 'items', 'context'])
  const context = readOptional(body['context'], 'context', readObject) ?? {}
  const persona = readOptional(context['persona'], 'context.persona', readNonEmptyString)
  const strategy = readOptional(context['strategy'], 'context.strategy', readNonEmptyString)
  const variables = readOptional(context['variables'], 'context.variables', readObject)
  if (persona !== undefined) findPersona(persona, caller, runtime)
  if (strategy !== undefined) findContextStrategy(strategy, caller, runtime)
  const created = await store.create({
    tenant,
    metadata: readMetadata(body['metadata']),
    items: isGiven(body['items'])
      ? await readItems(body['items'], 'items', { responses: store.responses, tenant })
      : [],
    ...(persona === undefined ? {} : { persona }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(variables === undefined ? {} : { variables: textVariables(variables) }),
  })
  return presentConversation(created)
}

async function addItems({ request, store, tenant, id }: ConversationRequest): Promise<object> {
  const include = readInclude(request.query)
  const body = onlyFields(await readJson(request), ['items'])
  const { responses } = store
  const items = await readItems(body['items'], 'items', { responses, tenant })
  const added = await store.addItems(tenant, id, items)
  return presentItems({ items: added, hasMore: false }, include)
}

async function removeConversation({
  request,
  store,
  tenant,
  id,
}: ConversationRequest): Promise<object> {
  const keep = request.query.get('keep_items')
  if (keep !== null && keep !== 'false') {
    throw invalidField(
      'keep_items',
      'items are deleted with their conversation. Omit it, and read the items first if you need them.',
    )
  }
  await store.remove(tenant, id)
  return { id, object: 'conversation.deleted', deleted: true }
}

/** A body that has no other fields. Throws a ModelError 400 that names one that is not known. */
function onlyFields(body: JsonObject, names: readonly string[]): JsonObject {
  const unknown = Object.keys(body).find((name) => !names.includes(name))
  if (unknown === undefined) return body
  throw invalidField(
    unknown.slice(0, 64),
    `there is no such field here; use ${names.map((name) => `'${name}'`).join(', ')}.`,
  )
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
