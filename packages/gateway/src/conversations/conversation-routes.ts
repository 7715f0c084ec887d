import {
  presentConversation,
  type ContextPlan,
  type Conversations,
  type PresentedConversation,
} from '@fairlead/context'
import { authenticate } from '../call/authenticate.ts'
import { textVariables } from '../call/call-context.ts'
import { gatewayError } from '../gateway-error.ts'
import type { HttpCall } from '../http/http-call.ts'
import {
  type JsonObject,
  optionalObject,
  optionalString,
  parseJsonObject,
} from '../http/json-body.ts'
import { readBody, requireJson } from '../http/read-body.ts'
import { sendJson } from '../http/send-json.ts'
import type { Caller } from '../runtime/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Services } from '../services.ts'
import { dryRun } from './dry-run.ts'
import { findPersona, findStrategy } from './named-settings.ts'
import { readItems } from './read-items.ts'
import { readItemPage } from './item-page.ts'

/** A request about conversations, by a caller who is known. */
interface ConversationCall {
  readonly http: HttpCall
  readonly caller: Caller
  readonly runtime: Runtime
  readonly services: Services
  readonly query: URLSearchParams
  readonly conversations: Conversations
  body(): Promise<JsonObject>
}

const served = [
  'POST /v1/conversations',
  'GET, POST and DELETE /v1/conversations/{id}',
  'GET /v1/conversations/{id}/items',
  'GET /v1/conversations/{id}/items/{item}',
  'GET /v1/conversations/{id}/turns',
  'POST /v1/conversations/{id}/plan',
  'GET /v1/plans/{id}',
]

/** Answers `/v1/conversations…` and `/v1/plans/{id}`; `segments` are those after `v1`. */
export async function handleConversations(
  http: HttpCall,
  segments: readonly string[],
  query: URLSearchParams,
  runtime: Runtime,
  services: Services,
): Promise<void> {
  const caller = authenticate(http.request.headers, runtime, services.clock.now())
  http.record.tenant = caller.tenant
  const answer = findAnswer(http.request.method ?? '', segments)
  if (answer === undefined) {
    const path = `/v1/${segments.join('/')}`
    throw gatewayError.unknownPath(http.request.method ?? '', path, served)
  }
  const conversations = await services.stores.of(runtime)
  const body = () => readJson(http, runtime)
  const call = { http, caller, runtime, services, query, conversations, body }
  const value = await answer(call)
  http.record.status = 200
  sendJson(http.response, 200, value, ['x-fairlead-request-id', http.record.requestId])
}

type AnswerRequest = (call: ConversationCall) => Promise<object>

function findAnswer(method: string, segments: readonly string[]): AnswerRequest | undefined {
  const [collection, id, part, item] = segments
  if (collection === 'plans') {
    return method === 'GET' && id !== undefined && part === undefined ? getPlan(id) : undefined
  }
  if (id === undefined) return method === 'POST' ? createConversation : undefined
  switch (`${method} ${part ?? ''}${item === undefined ? '' : '/'}`) {
    case 'GET ':
      return getConversation(id)
    case 'POST ':
      return updateMetadata(id)
    case 'DELETE ':
      return deleteConversation(id)
    case 'GET items':
      return listItems(id)
    case 'GET items/':
      return ({ conversations, caller }) => conversations.item(caller.tenant, id, item ?? '')
    case 'GET turns':
      return listTurns(id)
    case 'POST plan':
      return planTurn(id)
    default:
      return undefined
  }
}

const getConversation =
  (id: string): AnswerRequest =>
  async ({ conversations, caller }) =>
    presentConversation(await conversations.get(caller.tenant, id))

async function createConversation(call: ConversationCall): Promise<PresentedConversation> {
  const body = await call.body()
  const context = optionalObject(body['context'], 'context') ?? {}
  const persona = optionalString(context['persona'], 'context.persona')
  const strategy = optionalString(context['strategy'], 'context.strategy')
  const variables = optionalObject(context['variables'], 'context.variables')
  if (persona !== undefined) findPersona(persona, call.caller, call.runtime)
  if (strategy !== undefined) findStrategy(strategy, call.caller, call.runtime)
  const created = await call.conversations.create({
    tenant: call.caller.tenant,
    metadata: readMetadata(body['metadata']),
    items: readItems(body['items']),
    ...(persona === undefined ? {} : { persona }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(variables === undefined ? {} : { variables: textVariables(variables) }),
  })
  return presentConversation(created)
}

const updateMetadata =
  (id: string): AnswerRequest =>
  async (call) => {
    const metadata = readMetadata((await call.body())['metadata'])
    const { tenant } = call.caller
    return presentConversation(await call.conversations.updateMetadata(tenant, id, metadata))
  }

const deleteConversation =
  (id: string): AnswerRequest =>
  async ({ conversations, caller }) => {
    await conversations.remove(caller.tenant, id)
    return { id, object: 'conversation.deleted', deleted: true }
  }

const listItems =
  (id: string): AnswerRequest =>
  async ({ conversations, caller, query }) => {
    const { items, hasMore } = await conversations.items(caller.tenant, id, readItemPage(query))
    return {
      object: 'list',
      data: items,
      first_id: items[0]?.id ?? null,
      last_id: items.at(-1)?.id ?? null,
      has_more: hasMore,
    }
  }

const listTurns =
  (id: string): AnswerRequest =>
  async ({ conversations, caller }) => ({
    object: 'list',
    data: await conversations.turns(caller.tenant, id),
    has_more: false,
  })

const planTurn =
  (id: string): AnswerRequest =>
  async (call) => {
    const { runtime, caller, services, conversations, http } = call
    const fields = await call.body()
    const request = { id, fields, headers: http.request.headers }
    return dryRun(request, { runtime, caller, services, conversations })
  }

const getPlan =
  (id: string): AnswerRequest =>
  ({ conversations, caller }): Promise<ContextPlan> =>
    conversations.recordedPlan(caller.tenant, id)

async function readJson({ request, record }: HttpCall, runtime: Runtime): Promise<JsonObject> {
  if (request.headers['content-length'] === '0') return {}
  requireJson(request)
  record.waits()
  const body = await readBody(request, runtime.snapshot.gateway.limits.maxRequestBytes)
  record.goesOn()
  return body.length === 0 ? {} : parseJsonObject(body)
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(optionalObject(value, 'metadata') ?? {})
  return Object.fromEntries(
    pairs.map(([name, text]) => {
      if (typeof text === 'string') return [name, text]
      throw gatewayError.invalidField(`metadata.${name.slice(0, 64)}`, 'it must be a string')
    }),
  )
}
