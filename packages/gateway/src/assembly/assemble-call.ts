import {
  type Conversations,
  type EarlierAnswer,
  mergeTools,
  type OpenTurn,
  type PreparedPrompt,
  type PromptTarget,
  renderPersona,
  type RetrievedBlock,
  type StrategyInput,
  type Turn,
  withoutKeptSeals,
} from '@fairlead/context'
import {
  chatFormatOf,
  invalidField,
  ModelError,
  type ModelRequest,
  operationOf,
  type RequestEdits,
} from '@fairlead/llm'
import type { PersonaSettings } from '@fairlead/snapshot'
import type { Call } from '../call/call.ts'
import type { CallContext } from '../call/call-context.ts'
import type { EarlierCall } from '../call/earlier-call.ts'
import { requestDigest } from '../call/request-digest.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import {
  type CallSearch,
  callSearch,
  knowledgeRetriever,
  placedItems,
  retrieveForCall,
} from '../knowledge/call-knowledge.ts'
import { withQuotations } from '../knowledge/place-quotations.ts'
import { tellKnowledge } from '../knowledge/tell-knowledge.ts'
import { textVariables } from '../prompts/text-variables.ts'
import { AssembledCall, type CallPrompt, decodeCall } from './assembled-call.ts'
import { AssembledValue } from './assembled-value.ts'
import type { AttemptBodies } from './attempt-bodies.ts'
import { contextModels } from './context-models.ts'
import { cacheKeyFor } from './conversation-cache-key.ts'
import { type KeptHistory, withKeptHistory } from './kept-history.ts'
import { findPersona, knowledgeFor, personaInput } from './named-settings.ts'
import { probableTargets } from './prompt-target.ts'
import { responsePrompts } from './response-prompts.ts'
import {
  checkContextAccess,
  checkKeyAccess,
  chosenFor,
  turnRequest,
  type TurnSource,
} from './turn-request.ts'

/**
 * Puts persona and history in front of what the caller sent. A call with neither passes through
 * unchanged. In a conversation the turn is stored, and `call.turn` set, before anything is sent
 * upstream.
 */
export async function assembleCall(call: Call): Promise<AttemptBodies> {
  const { dialect, request } = call
  if (operationOf(dialect) !== 'chat') return new AssembledValue(dialect, request)
  const { context, kept } = request
  if (kept?.background === true && context.onDisconnect === 'Cancel') {
    throw invalidField(
      'context.on_disconnect',
      'what is made in the background goes on: leave it out, or cancel the response.',
    )
  }
  const history = await withKeptHistory(call)
  if (context.conversation !== undefined) return assembleTurn(context.conversation, history, call)
  if (context.onConcurrent !== undefined) throw gatewayError.noConversation('on_concurrent')
  call.goesOnAlone = context.onDisconnect === 'Continue'
  const edits =
    context.persona === undefined
      ? request.edits
      : withPersona(findPersona(context.persona, call.caller, call.runtime), call)
  const use = knowledgeFor(context.strategy, call.caller, call.runtime)
  const knowledge = callSearch(use, request.searches, call)
  if (knowledge !== undefined) return assembleWithKnowledge(knowledge, history, edits, call)
  if (history === undefined) return new AssembledCall({ dialect, request, edits })
  return new AssembledCall({ dialect, request, ...responsePrompts(history, edits) })
}

/** What is retrieved stands in front of the question, as in a conversation. */
async function assembleWithKnowledge(
  use: CallSearch,
  history: KeptHistory | undefined,
  edits: RequestEdits,
  call: Call,
): Promise<AssembledCall> {
  const { dialect, record, request } = call
  const decoded = history?.request ?? decodeCall(dialect, request)
  const block = await record.waitFor(retrieveForCall(use, decoded.items, call))
  tellKnowledge(use, block, call)
  const found = block?.items ?? []
  if (history !== undefined) {
    const parts = withQuotations(history.parts, found, use.placement)
    return new AssembledCall({ dialect, request, ...responsePrompts({ ...history, parts }, edits) })
  }
  if (found.length === 0) return new AssembledCall({ dialect, request, edits })
  const { itemsBefore = [], ...others } = edits
  const sent = decoded.items.map((item) => ({ item }))
  const placed = withQuotations(sent, found, use.placement).map(({ item }) => item)
  const items = [...itemsBefore, ...placed]
  return new AssembledCall({ dialect, request, edits: { ...others, items }, decoded })
}

async function assembleTurn(
  conversation: string,
  history: KeptHistory | undefined,
  call: Call,
): Promise<AssembledCall> {
  const { caller, dialect, lifetime, record, request, runtime, services } = call
  const { context, edits } = request
  const conversations = await services.stores.of(runtime)
  checkContextAccess({ context, caller, runtime })
  // The whole request is read before anything is stored: a wrong one leaves no turn behind.
  const decoded =
    history === undefined
      ? decodeCall(dialect, request)
      : // What the log has of it comes with the seals that the log has.
        { ...history.request, items: withoutKeptSeals(history.parts) }
  const { itemsBefore = [], ...kept } = edits
  // The conversation gains the messages of the PromptTemplate, then the caller's.
  const input = { items: [...itemsBefore, ...decoded.items], tools: decoded.tools }
  let search: CallSearch | undefined
  const source: TurnSource = {
    caller,
    runtime,
    context,
    digest: requestDigest(request),
    bytes: request.body.length,
    receivedMs: record.startedMs,
    response: request.kept?.store === true ? conversations.responses.newId() : undefined,
    input,
    isNewInput: request.kept?.conversation !== undefined,
    route: call.route,
    models: contextModels(call),
    onNotesMade: (made) => services.metrics.memory.countReading(made),
    knowledge: (use) => {
      search = callSearch(use, request.searches, call)
      return search && knowledgeRetriever(search, call)
    },
    saysWhatToCache: decoded.cacheControl !== undefined,
    targets: probableTargets(call.route.targets, {
      dialect,
      responseFormat: edits.responseFormat ?? decoded.responseFormat,
    }),
  }
  if (request.keepsNothing) {
    return assembleUnkept(conversation, source, decoded, { call, search: () => search })
  }
  const { id, chosen } =
    conversation === 'new'
      ? await createConversation(call)
      : { id: conversation, chosen: await chosenFor(conversation, caller.tenant, conversations) }
  const { request: asked, persona, goesOnAlone } = turnRequest(id, chosen, source)
  let turn: OpenTurn
  try {
    turn = await conversations.begin(asked, {
      signal: call.signal,
      cancel: (error) => lifetime.cancel(error),
      waiting: (wait) => record.waitFor(wait),
    })
  } catch (error) {
    if (conversation === 'new') await removeUnused(id, error, conversations, call)
    throw error
  }
  call.turn = turn
  tellKnowledge(search, turn.turn.retrieved, call)
  const placed = placing(search, turn.turn.retrieved, persona, call)
  call.earlier = turn.earlier && earlierCall(turn.turn, turn.earlier)
  if (turn.earlier !== undefined) request.keepRepeated(dialect.passage)
  call.goesOnAlone = goesOnAlone
  const settings = { ...personaSettings(persona), ...kept }
  const { promptCaching } = asked.strategy
  const cached = { tenant: caller.tenant, id: turn.turn.conversation, promptCaching }
  return new AssembledCall({
    dialect,
    request,
    ...withPrompt(placed(turn), decoded, settings),
    prompts: (target, attempt) =>
      withPrompt(placed(turn.promptFor(target, attempt)), decoded, {
        ...settings,
        ...cacheKeyFor(target, cached),
        ...compactionFor(target, asked.strategy),
      }),
    accountAt: (provider) => turn.accountAt(provider),
  })
}

/** The prompt is that of a turn; the conversation stays as it is. */
async function assembleUnkept(
  id: string,
  source: TurnSource,
  decoded: ModelRequest,
  { call, search }: { readonly call: Call; readonly search: () => CallSearch | undefined },
): Promise<AssembledCall> {
  const { caller, dialect, record, request, runtime, services } = call
  const conversations = await services.stores.of(runtime)
  const isNew = id === 'new'
  const chosen = isNew
    ? { persona: null, strategy: null }
    : await chosenFor(id, caller.tenant, conversations)
  const { request: asked, persona } = turnRequest(id, chosen, {
    ...source,
    context: unkeptContext(source.context),
    digest: undefined,
  })
  const planned = await conversations.plan(
    { ...asked, conversation: isNew ? undefined : id },
    { exact: false },
  )
  if (planned.isStored) {
    call.conversation = planned.conversation
    record.conversation = planned.conversation.id
  }
  call.goesOnAlone = source.context.onDisconnect === 'Continue'
  const { itemsBefore: _, ...kept } = request.edits
  const settings = { ...personaSettings(persona), ...kept }
  tellKnowledge(search(), planned.retrieved, call)
  const placed = placing(search(), planned.retrieved, persona, call)
  const { promptCaching } = asked.strategy
  const cached = isNew ? undefined : { tenant: caller.tenant, id, promptCaching }
  return new AssembledCall({
    dialect,
    request,
    ...withPrompt(placed(planned), decoded, settings),
    prompts: (target, attempt) =>
      withPrompt(placed(planned.promptFor(target, attempt)), decoded, {
        ...settings,
        ...(cached && cacheKeyFor(target, cached)),
        ...compactionFor(target, asked.strategy),
      }),
    accountAt: (provider) => planned.accountAt(provider),
  })
}

/** What puts the passages of a prompt where its strategy wants them, and has its history looked at. */
function placing(
  use: CallSearch | undefined,
  retrieved: RetrievedBlock | undefined,
  persona: PersonaSettings | undefined,
  { guards }: Pick<Call, 'guards'>,
) {
  return ({ items, tools }: PromptParts): PromptParts => ({
    items: placedItems(guards?.history(items, persona !== undefined) ?? items, use, retrieved),
    tools,
  })
}

type PromptParts = Pick<PreparedPrompt, 'items' | 'tools'>

function compactionFor(
  { compacts }: PromptTarget,
  { compactAtTokens }: Pick<StrategyInput, 'compactAtTokens'>,
): RequestEdits {
  return compacts === true && compactAtTokens !== undefined ? { compactAtTokens } : {}
}

/** Throws for what has no effect where nothing is kept. */
function unkeptContext(context: CallContext): CallContext {
  if (context.idempotencyKey !== undefined) throw gatewayError.nothingKept('Idempotency-Key')
  if (context.onConcurrent !== undefined) throw gatewayError.nothingKept('context.on_concurrent')
  return { ...context, isRetry: false }
}

/** A response that is kept has an id of its own. */
function earlierCall(turn: Turn, answer: EarlierAnswer): EarlierCall {
  return { answer, id: turn.response ?? turn.id, createdAt: turn.created_at }
}

/** A call's request with the prompt for one target in the place of what was sent. */
function withPrompt(
  { items, tools }: PromptParts,
  decoded: ModelRequest,
  settings: RequestEdits,
): CallPrompt {
  const sent = decoded.tools
  const isAsSent =
    tools.length === sent.length && tools.every((tool, index) => tool === sent[index])
  return {
    edits: { ...settings, items, ...(isAsSent ? {} : { tools }) },
    decoded: { ...decoded, items, tools },
  }
}

async function createConversation({ caller, record, request, runtime, services }: Call) {
  const conversations = await services.stores.of(runtime)
  const { idempotencyKey: key, persona, strategy, subject } = request.context
  if (key !== undefined) checkKeyAccess(caller, runtime)
  const { id, ccp } = await conversations.create({
    tenant: caller.tenant,
    receivedMs: record.startedMs,
    ...(key === undefined ? {} : { key }),
    ...(persona === undefined ? {} : { persona }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(subject === undefined ? {} : { subject }),
  })
  return { id, chosen: ccp }
}

/**
 * A call that is refused leaves no conversation behind that nobody knows of. With a key, it is found
 * by the next call with that key.
 */
async function removeUnused(
  id: string,
  error: unknown,
  conversations: Conversations,
  { caller, request }: Call,
): Promise<void> {
  const isRefused = error instanceof ModelError && error.status < 500
  if (!isRefused || request.context.idempotencyKey !== undefined) return
  await conversations.remove(caller.tenant, id).catch(() => {})
}

/** A persona's settings apply where neither the caller nor the PromptTemplate gave any. */
function personaSettings(persona: PersonaSettings | undefined): RequestEdits {
  const { temperature, maxOutputTokens } = persona ?? {}
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}

function withPersona(persona: PersonaSettings, call: Call): RequestEdits {
  const { request, services } = call
  const { edits, context } = request
  const variables = textVariables(context.variables)
  const text = renderPersona({ persona, variables, nowMs: services.clock.now() })
  const content = [{ type: 'input_text', text }] as const
  return {
    ...personaSettings(persona),
    ...edits,
    itemsBefore: [
      // As in a conversation, a persona without text adds no message.
      ...(text.trim() === '' ? [] : [{ type: 'message', role: 'system', content } as const]),
      ...(edits.itemsBefore ?? []),
    ],
    ...personaTools(persona, call),
  }
}

/** The caller's tools are kept as sent, unless the persona has a tool of the same name. */
function personaTools(persona: PersonaSettings, { dialect, request }: Call): RequestEdits {
  const { tools } = personaInput(persona)
  if (tools.length === 0) return {}
  const sent = chatFormatOf(dialect).decodeTools(request.fields())
  const hidden = sent.some((tool) => tools.some(({ name }) => name === tool.name))
  return hidden ? { tools: mergeTools(tools, sent) } : { toolsBefore: tools }
}
