import { hash } from 'node:crypto'
import type { PersonaSettings } from '@fairlead/snapshot'
import {
  isOwnConversationId,
  renderPersona,
  type Conversations,
  type OpenTurn,
  type PlanRequest,
} from '@fairlead/context'
import { type Dialect, ModelError, type ModelRequest } from '@fairlead/llm'
import type { Clock } from '@fairlead/base'
import type { ConversationStores } from '../conversations/conversation-stores.ts'
import {
  defaultPersona,
  findPersona,
  findStrategy,
  personaInput,
} from '../conversations/named-settings.ts'
import { gatewayError } from '../gateway-error.ts'
import { isJsonObject, type JsonObject } from '../http/json-body.ts'
import type { Caller } from '../runtime/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { textVariables } from './call-context.ts'
import type { CallTarget } from './match-route.ts'
import { editedFields, type ModelCall } from './model-call.ts'

/** A call with everything in it that its model is to see. */
export interface AssembledCall {
  readonly call: ModelCall
  /** The call in no provider's format, for providers that speak another one than the caller. */
  canonical(): ModelRequest
  /** The turn that was opened, for a call in a conversation. */
  readonly turn: OpenTurn | undefined
}

export interface AssembleParts {
  readonly caller: Caller
  readonly runtime: Runtime
  /** The format that callers speak. */
  readonly dialect: Dialect
  readonly stores: ConversationStores
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Puts persona and history in front of what the caller sent. A plain call without either passes
 * through as it is. In a conversation the turn is stored before anything goes upstream.
 */
export async function assembleContext(
  call: ModelCall,
  target: CallTarget,
  parts: AssembleParts,
): Promise<AssembledCall> {
  if (call.context.conversation !== undefined) {
    const conversations = await parts.stores.of(parts.runtime)
    const sent = parts.dialect.decodeRequest(editedFields(call))
    const { request, persona } = await conversationRequest(call, sent, target, conversations, parts)
    const conversation =
      request.conversation ?? (await createConversation(call, request, conversations))
    const turn = await conversations.begin({ ...request, conversation })
    return inConversation(withPersonaSettings(call, persona), turn, parts.dialect)
  }
  const { persona: name } = call.context
  if (name === undefined) return outsideConversation(call, parts.dialect)
  const persona = findPersona(name, parts.caller, parts.runtime)
  return outsideConversation(withPersona(call, persona, parts.clock.now()), parts.dialect)
}

/**
 * What is asked of the conversation for this call, with what was sent as its new input. Stores
 * nothing: for `new` the request names no conversation, so that a dry run can plan it.
 */
export async function conversationRequest(
  call: Pick<ModelCall, 'context' | 'body'>,
  sent: Pick<ModelRequest, 'items' | 'tools'>,
  target: CallTarget,
  conversations: Conversations,
  parts: AssembleParts,
): Promise<{ readonly request: PlanRequest; readonly persona: PersonaSettings | undefined }> {
  const { caller, runtime } = parts
  const { context } = call
  if (context.persona !== undefined) findPersona(context.persona, caller, runtime)
  if (context.strategy !== undefined) findStrategy(context.strategy, caller, runtime)
  checkMayName(context.conversation, parts)
  const id = context.conversation === 'new' ? undefined : context.conversation
  const chosen = await chosenBefore(id, conversations, caller.tenant)
  const personaName = context.persona ?? chosen.persona ?? undefined
  const persona =
    personaName === undefined ? defaultPersona(runtime) : findPersona(personaName, caller, runtime)
  const request: PlanRequest = {
    tenant: caller.tenant,
    conversation: id,
    createIfMissing: id !== undefined && !isOwnConversationId(id),
    input: sent.items,
    tools: sent.tools,
    model: target.model,
    window: target.provider.modelSettings(target.model)?.contextWindow,
    strategy: findStrategy(context.strategy ?? chosen.strategy ?? undefined, caller, runtime),
    persona: persona === undefined ? undefined : personaInput(persona),
    variables: textVariables(context.variables),
    ...(context.expectedRevision === undefined
      ? {}
      : { expectedRevision: context.expectedRevision }),
    ...(context.idempotencyKey === undefined
      ? {}
      : {
          idempotencyKey: context.idempotencyKey,
          requestDigest: `sha256:${hash('sha256', call.body)}`,
        }),
    signal: parts.signal,
  }
  return { request, persona }
}

/** The persona and strategy that the conversation was created with. */
async function chosenBefore(
  id: string | undefined,
  conversations: Conversations,
  tenant: string,
): Promise<{ readonly persona: string | null; readonly strategy: string | null }> {
  const nothing = { persona: null, strategy: null }
  if (id === undefined) return nothing
  try {
    return (await conversations.get(tenant, id)).ccp
  } catch (error) {
    const missing = error instanceof ModelError && error.kind === 'not-found'
    if (!missing || isOwnConversationId(id)) throw error
    return nothing
  }
}

/** Creates the conversation of a call in `new`, with the persona and strategy that the call names. */
async function createConversation(
  { context: { persona, strategy } }: Pick<ModelCall, 'context'>,
  { tenant }: PlanRequest,
  conversations: Conversations,
): Promise<string> {
  const created = await conversations.create({
    tenant,
    ...(persona === undefined ? {} : { persona }),
    ...(strategy === undefined ? {} : { strategy }),
  })
  return created.id
}

/**
 * Where callers with and without a key meet, those without one share a tenant: an id that one of
 * them chose is an id that another can guess.
 */
function checkMayName(id: string | undefined, { caller, runtime }: AssembleParts): void {
  if (id === undefined || id === 'new' || isOwnConversationId(id)) return
  if (caller === runtime.anonymous && runtime.snapshot.gateway.auth === 'Optional') {
    throw gatewayError.anonymousConversation()
  }
}

function outsideConversation(call: ModelCall, dialect: Dialect): AssembledCall {
  return { call, turn: undefined, canonical: () => decodeEdited(call, dialect) }
}

function inConversation(call: ModelCall, turn: OpenTurn, dialect: Dialect): AssembledCall {
  const canonical = () => ({
    ...decodeEdited(call, dialect),
    items: turn.items,
    tools: turn.tools,
  })
  const encoded = dialect.encodeRequest(canonical())
  const { messages, tools } = isJsonObject(encoded) ? encoded : {}
  const toolsAdded = turn.tools.length > call.sent.toolCount
  const edits = { ...call.edits, messages, ...(toolsAdded ? { tools } : {}) }
  return { call: { ...call, edits }, turn, canonical }
}

function decodeEdited(call: ModelCall, dialect: Dialect): ModelRequest {
  const request = dialect.decodeRequest(editedFields(call))
  return { ...request, settings: { ...call.defaults, ...request.settings } }
}

function withPersonaSettings(call: ModelCall, persona: PersonaSettings | undefined): ModelCall {
  if (persona === undefined) return call
  const { temperature, maxOutputTokens } = persona
  return {
    ...call,
    defaults: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...call.defaults,
    },
  }
}

function withPersona(call: ModelCall, persona: PersonaSettings, nowMs: number): ModelCall {
  const fields = editedFields(call)
  const instructions = renderPersona({
    persona,
    variables: textVariables(call.context.variables),
    nowMs,
  })
  const system = instructions.trim() === '' ? [] : [{ role: 'system', content: instructions }]
  const messages = [...system, ...arrayOf(fields['messages'])]
  const tools = [...persona.tools.map(openAiTool), ...arrayOf(fields['tools'])]
  const edits: JsonObject = {
    ...call.edits,
    messages,
    ...(persona.tools.length === 0 ? {} : { tools }),
  }
  return { ...withPersonaSettings(call, persona), edits }
}

function openAiTool(tool: PersonaSettings['tools'][number]): JsonObject {
  const { name, description, parameters } = tool
  return {
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
    },
  }
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
