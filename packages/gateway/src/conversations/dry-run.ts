import type { IncomingHttpHeaders } from 'node:http'
import type { Conversations } from '@fairlead/context'
import { conversationRequest } from '../call/assemble-context.ts'
import { readCallContext } from '../call/call-context.ts'
import { matchRoute } from '../call/match-route.ts'
import { type ModelCall, readSentFields } from '../call/model-call.ts'
import { gatewayError } from '../gateway-error.ts'
import { isJsonObject, type JsonObject, optionalString } from '../http/json-body.ts'
import type { Caller } from '../runtime/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Services } from '../services.ts'

/**
 * The plan that a call with this body would get, and the messages that its model would see.
 * Nothing is stored and no model is called, whether or not the conversation exists. Without
 * `messages` there is no input to plan: a 400.
 */
export async function dryRun(
  request: {
    readonly id: string
    readonly fields: JsonObject
    readonly headers: IncomingHttpHeaders
  },
  parts: {
    readonly runtime: Runtime
    readonly caller: Caller
    readonly services: Services
    readonly conversations: Conversations
  },
): Promise<object> {
  const { fields, headers } = request
  const { runtime, caller, services, conversations } = parts
  const model = optionalString(fields['model'], 'model') ?? runtime.snapshot.gateway.defaultModel
  if (model === undefined) {
    throw gatewayError.missingField('model', 'name a model; GET /v1/models lists them')
  }
  const call: ModelCall = {
    body: Buffer.alloc(0),
    sent: readSentFields(fields, fields['messages']),
    edits: {},
    defaults: {},
    model,
    stream: false,
    context: { ...readCallContext(headers, fields['context']), conversation: request.id },
    prompt: undefined,
  }
  const [target] = matchRoute(call, caller, headers, runtime).targets
  if (target === undefined) throw gatewayError.modelNotFound(model)
  const { context: _ownField, ...sentFields } = fields
  const { dialect } = services
  const sent =
    fields['messages'] === undefined
      ? { items: [], tools: [] }
      : dialect.decodeRequest({ ...sentFields, model })
  const signal = AbortSignal.timeout(runtime.snapshot.gateway.limits.requestTimeoutMs)
  const turn = await conversationRequest(call, sent, target, conversations, {
    ...services,
    caller,
    runtime,
    signal,
  })
  const { plan, items, tools } = await conversations.plan(turn.request)
  const encoded = dialect.encodeRequest({
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
