import type { HeaderFields } from '@fairlead/http1'
import type { JsonObject } from '@fairlead/base'
import { type DecodeOptions, type Dialect, invalidField } from '@fairlead/llm'
import type { Caller } from '../access/caller.ts'
import { checkedJsonObject } from '../http/json-body.ts'
import { findPrompt } from '../prompts/find-prompt.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { type CallContext, readCallContext } from './call-context.ts'
import { promptUser } from './prompt-user.ts'
import { checkListLengths } from './check-list-lengths.ts'
import { CallRequest } from './call-request.ts'
import { type KeptRequest, readKeptRequest } from './kept-request.ts'
import type { TakenSearches } from './requested-search.ts'
import type { Services } from './services.ts'

/** Who sends a chat request, and what it is read with. */
interface ChatSender {
  readonly caller: Caller
  readonly dialect: Dialect
  readonly headers: HeaderFields
  readonly runtime: Runtime
  readonly services: Services
}

interface ChatRequestOptions extends DecodeOptions {
  readonly keepsResponses?: boolean
  /** Whether its API has a field `store` for what is kept of a call. */
  readonly hasStore?: boolean
  /** Takes out the tools that the gateway itself is; undefined where there are none. */
  readonly takeSearches?: (
    fields: JsonObject,
    caller: Caller,
    runtime: Runtime,
  ) => TakenSearches | undefined
  /** The conversation and what is to be done with which of its turns. */
  readonly place?: Pick<CallContext, 'conversation'> &
    Partial<Pick<CallContext, 'edit' | 'regenerate'>>
}

/**
 * The body of a chat request in the sender's dialect, with the PromptTemplate that it names. Throws
 * a ModelError for what is wrong in it. With `messagesOptional` it may lack messages, as it may with
 * a PromptTemplate; `model`, `stream` and `place` are what its path says; with `keepsResponses` it
 * says what is to become of its response.
 */
export function readChatRequest(
  sent: Buffer,
  sender: ChatSender,
  { hasStore = false, place, takeSearches, ...options }: ChatRequestOptions = {},
): CallRequest {
  const { dialect, headers, runtime } = sender
  const { limits } = runtime.snapshot.gateway
  const read = checkedJsonObject(sent, limits.maxDepth, dialect.passage.decidedFields)
  const taken = takeSearches?.(read.fields, sender.caller, runtime)
  const fields = taken?.fields ?? read.fields
  const body = taken === undefined ? sent : Buffer.from(JSON.stringify(fields))
  checkListLengths(fields, dialect.passage, limits)
  const { context: given } = fields
  const isForeign = given !== undefined && dialect.passage.isOwnContext?.(given) === true
  const kept = options.keepsResponses === true ? readKeptRequest(fields) : undefined
  const context = withPlace(
    withConversation(readCallContext(headers, isForeign ? undefined : given), kept),
    place,
  )
  const { prompt } = context
  const rendered = prompt === undefined ? undefined : renderNamed(prompt, sender, context, fields)
  const messagesOptional =
    options.messagesOptional === true || rendered !== undefined || context.regenerate !== undefined
  return new CallRequest({
    body,
    ...(taken === undefined ? { outline: read.outline } : { searches: taken.searches }),
    fields,
    context,
    rendered,
    kept,
    keepsNothing: kept === undefined ? hasStore && fields['store'] === false : !kept.store,
    sent: dialect.passage.inspect(fields, { ...options, messagesOptional }),
    defaultModel: runtime.snapshot.gateway.defaultModel,
  })
}

/** Throws for a place in a conversation that is given twice, or without a conversation. */
function withPlace(given: CallContext, place: ChatRequestOptions['place']): CallContext {
  const chosen = { ...place }
  for (const name of ['conversation', 'edit', 'regenerate'] as const) {
    if (place === undefined || given[name] === undefined) continue
    if (given[name] === place[name]) continue
    throw invalidField(`context.${name}`, 'the path says it already; leave it out.')
  }
  const context = { ...given, ...chosen }
  const { conversation } = context
  for (const name of ['branch', 'edit', 'regenerate', 'subject'] as const) {
    if (context[name] === undefined) continue
    if (conversation === undefined) {
      throw invalidField(`context.${name}`, 'it needs a conversation; name one, or "new".')
    }
    if (conversation === 'new' && (name === 'edit' || name === 'regenerate')) {
      throw invalidField(`context.${name}`, 'a new conversation has no turns yet.')
    }
  }
  const { branch } = context
  if (conversation === 'new' && branch !== undefined && branch !== 'main') {
    throw invalidField('context.branch', 'a new conversation has only the branch "main".')
  }
  return context
}

/** An API may have a field of its own for the conversation. */
function withConversation(context: CallContext, kept: KeptRequest | undefined): CallContext {
  if (kept?.conversation === undefined) return context
  if (context.conversation !== undefined && context.conversation !== kept.conversation) {
    throw invalidField(
      'conversation',
      'another one is given by x-fairlead-conversation or context.',
    )
  }
  return { ...context, conversation: kept.conversation }
}

function renderNamed(
  reference: string,
  { caller, headers, runtime, services }: ChatSender,
  context: CallContext,
  fields: JsonObject,
) {
  const { prompt, version } = findPrompt(
    reference,
    { caller, rules: runtime.accessRules },
    runtime.snapshot.promptTemplates,
  )
  return services.prompts.render(prompt, {
    version,
    parameters: context.variables,
    parametersField: 'context.variables',
    user: promptUser(caller, headers, context, fields),
  })
}
