import { invalidField } from '@fairlead/llm'
import { checkedJsonObject } from '../http/json-body.ts'
import type { Call } from './call.ts'
import { type CallContext, readCallContext } from './call-context.ts'
import { CallRequest } from './call-request.ts'

/**
 * The body of a call for vectors or ranks, whose answer no model writes: it belongs to no conversation
 * and has no prompt of the gateway. Throws a ModelError for what is wrong in it.
 */
export function readValueRequest(
  body: Buffer,
  { dialect, http, runtime }: Pick<Call, 'dialect' | 'http' | 'runtime'>,
): CallRequest {
  const { defaultModel, limits } = runtime.snapshot.gateway
  const { passage } = dialect
  const { fields, outline } = checkedJsonObject(body, limits.maxDepth, passage.decidedFields)
  const sent = passage.inspect(fields)
  const context = readCallContext(http.request.headers, undefined)
  for (const [name, header] of selecting) {
    if (context[name] === undefined) continue
    throw invalidField(header, 'only a chat call can have one; leave it out.')
  }
  return new CallRequest({
    body,
    outline,
    fields,
    // The same call again has the same answer: nothing has to be kept for its key.
    context: { ...context, idempotencyKey: undefined },
    rendered: undefined,
    sent,
    defaultModel,
  })
}

/** What chooses the prompt or the place of a call, and the headers that do. */
const selecting = [
  ['conversation', 'x-fairlead-conversation'],
  ['persona', 'x-fairlead-persona'],
  ['strategy', 'x-fairlead-strategy'],
  ['prompt', 'x-fairlead-prompt'],
  ['branch', 'x-fairlead-branch'],
  ['subject', 'x-fairlead-subject'],
  ['onDisconnect', 'x-fairlead-on-disconnect'],
  ['expectedRevision', 'If-Match'],
] as const satisfies readonly (readonly [keyof CallContext, string])[]
