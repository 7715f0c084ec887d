import type { JsonObject } from '@fairlead/base'
import type { ConversationReference, Conversations } from '@fairlead/context'
import { invalidField } from '@fairlead/llm'
import { readExpectedRevision } from '../../call/call-context.ts'
import { readJson } from '../read-json.ts'
import type { AnswerRoute, SurfaceRequest } from '../surface.ts'

/** A request about conversations, with the ConversationStore of the gateway. */
export interface ConversationRequest {
  readonly request: SurfaceRequest
  readonly store: Conversations
  readonly tenant: string
  /** The `{id}` of the path. */
  readonly id: string
}

/** A route about conversations that the gateway itself answers. */
export function conversationRoute(
  method: AnswerRoute['method'],
  path: string,
  answer: (request: ConversationRequest) => object | Promise<object>,
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

/** The conversation of the path, at the revision of `If-Match`. */
export function referenceOf({ request, tenant, id }: ConversationRequest): ConversationReference {
  const ifMatch = request.http.request.headers.get('if-match')
  return { tenant, id, expectedRevision: readExpectedRevision(ifMatch, undefined) }
}

/** The JSON object of the body. Throws a ModelError 400 for a field that is not among `names`. */
export async function readFields(
  request: SurfaceRequest,
  names: readonly string[],
): Promise<JsonObject> {
  return onlyFields(await readJson(request), names)
}

/** The object itself. Throws a ModelError 400 for a field that is not among `names`. */
export function onlyFields(fields: JsonObject, names: readonly string[], prefix = ''): JsonObject {
  const unknown = Object.keys(fields).find((name) => !names.includes(name))
  if (unknown === undefined) return fields
  throw invalidField(
    `${prefix}${unknown.slice(0, 64)}`,
    `there is no such field here; use ${names.map((name) => `'${name}'`).join(', ')}.`,
  )
}

/** A page as OpenAI's lists are. `next` is what `after` continues from, if that is not the last. */
export function listOf(
  data: readonly { readonly id: string }[],
  hasMore: boolean,
  next?: string,
): object {
  return {
    object: 'list',
    data,
    // As OpenAI has it, these are texts also for a list without entries.
    first_id: data[0]?.id ?? '',
    last_id: next ?? data.at(-1)?.id ?? '',
    has_more: hasMore,
  }
}
