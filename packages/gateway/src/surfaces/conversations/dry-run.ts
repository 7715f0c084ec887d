import { type JsonObject, isJsonObject } from '@fairlead/base'
import type { Conversations } from '@fairlead/context'
import { chatFormatOf, type Item, missingField, readModelName, readOptional } from '@fairlead/llm'
import { probableTargets } from '../../assembly/prompt-target.ts'
import { checkContextAccess, chosenFor, turnRequest } from '../../assembly/turn-request.ts'
import { whileConnected } from '../../http/while-connected.ts'
import {
  type CallSearch,
  callSearch,
  type KnowingCall,
  namesOf,
  placedItems,
  previewRetriever,
} from '../../knowledge/call-knowledge.ts'
import { queryText } from '../../knowledge/query-text.ts'
import { takeFileSearch } from '../../knowledge/take-file-search.ts'
import { tellKnowledge } from '../../knowledge/tell-knowledge.ts'
import { readCallContext } from '../../call/call-context.ts'
import { CallContent } from '../../routing/call-content.ts'
import { checkListLengths } from '../../call/check-list-lengths.ts'
import { namedPersona } from '../../call/routed-call-of.ts'
import { matchRoute } from '../../routing/match-route.ts'
import type { SurfaceRequest } from '../surface.ts'

/**
 * The plan that a call with this body would get in the conversation `id`, and the messages that its
 * model would see. Nothing is stored, no model answers, and none rewrites a query; what is retrieved is
 * searched for as for a call. `new` stands for a conversation that does not exist yet.
 */
export async function dryRun(
  id: string,
  sent: JsonObject,
  conversations: Conversations,
  { caller, dialect, http, runtime, services }: SurfaceRequest,
): Promise<object> {
  const { headers } = http.request
  const taken = takeFileSearch(sent, caller, runtime)
  const fields = taken?.fields ?? sent
  const context = {
    ...readCallContext(headers, fields['context']),
    conversation: id,
    // Nothing is sent, so nothing is sent again.
    idempotencyKey: undefined,
    isRetry: false,
  }
  const options = { messagesOptional: context.regenerate !== undefined }
  const model =
    readOptional(fields['model'], 'model', readModelName) ?? runtime.snapshot.gateway.defaultModel
  if (model === undefined) throw missingField('model', 'name a model; GET /v1/models lists them')
  checkListLengths(fields, dialect.passage, runtime.snapshot.gateway.limits)
  const { features, outputTokensMax, stream, textLength } = dialect.passage.inspect(fields, options)
  const inputTokens = Math.ceil(textLength / 4)
  const content = new CallContent({
    caller,
    headers,
    model,
    stream,
    operation: 'chat' as const,
    inputTokens,
    conversation: id,
    variables: context.variables,
    prompt: undefined,
    promptItems: [],
    outline: () => dialect.passage.outline(fields),
  })
  const routed = {
    model,
    operation: 'chat' as const,
    caller,
    headers,
    prompt: undefined,
    persona: namedPersona(context.persona, caller),
    inputTokens,
    content,
    outputTokensMax,
    stream,
    features,
    inConversation: true,
    continuesResponse: false,
    conversation: id === 'new' ? undefined : id,
    nowMs: services.clock.monotonicMs(),
    promptPrefix: (lengthMax: number) => dialect.passage.promptPrefix(fields, lengthMax),
  }
  const route = matchRoute(routed, runtime, services.random)
  const { targets } = route
  const [target] = targets
  if (target === undefined) throw new Error('a matched route has a target')
  checkContextAccess({ context, caller, runtime })
  const format = chatFormatOf(dialect)
  const chosen =
    id === 'new'
      ? { persona: null, strategy: null }
      : await chosenFor(id, caller.tenant, conversations)
  const asked = format.decodeRequest({ ...fields, model }, options)
  let search: CallSearch | undefined
  const searching: KnowingCall = { caller, record: http.record, runtime, services }
  const { request } = turnRequest(id, chosen, {
    caller,
    runtime,
    context,
    digest: undefined,
    bytes: 0,
    response: undefined,
    input: asked,
    route,
    knowledge: (use) => {
      search = callSearch(use, taken?.searches ?? [], searching)
      return search && previewRetriever(search, searching)
    },
    targets: probableTargets(targets, { dialect, responseFormat: asked.responseFormat }),
  })
  const wanted = { ...request, conversation: id === 'new' ? undefined : id }
  const planning = () => conversations.plan(wanted)
  const {
    plan,
    items: planned,
    retrieved,
    tools,
  } = search === undefined
    ? await planning()
    : await admitted(search, asked.items, searching, http, planning)
  tellKnowledge(search, retrieved, searching)
  const items = placedItems(planned, search, retrieved)
  const encoded = format.encodeRequest({
    model: target.model,
    items,
    tools,
    settings: {},
    stream: false,
    includeUsage: false,
    extras: {},
  })
  return {
    ...plan,
    rendered: isJsonObject(encoded) ? { messages: encoded['messages'], items } : {},
  }
}

/** Once the limits of its caller have admitted a search, which shows passages as a search alone does. */
function admitted<T>(
  search: CallSearch,
  items: readonly Item[],
  { caller, record, runtime, services }: KnowingCall,
  { response }: SurfaceRequest['http'],
  plan: () => Promise<T>,
): Promise<T> {
  const { requestTimeoutMs: timeoutMs } = runtime.snapshot.gateway.limits
  const { requestId } = record
  const asked = { name: namesOf(search), text: queryText('LastUserMessage', items) }
  return record.waitFor(
    whileConnected(response, (signal) =>
      services.ownCalls.search(asked, { runtime, caller, requestId, signal, timeoutMs }, plan),
    ),
  )
}
