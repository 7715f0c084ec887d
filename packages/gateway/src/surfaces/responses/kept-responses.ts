import type { JsonObject } from '@fairlead/base'
import { type Conversations, pageOf, type Responses } from '@fairlead/context'
import { invalidField } from '@fairlead/llm'
import { readItemPage } from '../../conversations/item-page.ts'
import { presentResponse } from '../../conversations/present-response.ts'
import type { AnswerRoute, SurfaceRequest } from '../surface.ts'
import { responseStream } from './response-stream.ts'

/** Asking for responses that are kept, ending and deleting them. */
export const keptResponses: readonly AnswerRoute[] = [
  route('GET', '/v1/responses/{id}', retrieve),
  route('DELETE', '/v1/responses/{id}', async ({ id, responses, tenant }) => {
    await responses.remove(tenant, id)
    return { id, object: 'response', deleted: true }
  }),
  route('POST', '/v1/responses/{id}/cancel', async ({ id, responses, tenant }) =>
    presentResponse(await responses.cancel(tenant, id), false),
  ),
  route('GET', '/v1/responses/{id}/plan', ({ conversations, id, tenant }) =>
    conversations.planOfResponse(tenant, id),
  ),
  route('GET', '/v1/responses/{id}/input_items', async ({ id, request, responses, tenant }) => {
    const page = readItemPage(request.query)
    const { input } = await responses.get(tenant, id)
    const { items, hasMore } = pageOf<JsonObject>(input, page)
    return {
      object: 'list',
      data: items,
      first_id: items[0]?.['id'] ?? '',
      last_id: items.at(-1)?.['id'] ?? '',
      has_more: hasMore,
    }
  }),
]

interface ResponseRequest {
  readonly request: SurfaceRequest
  readonly conversations: Conversations
  readonly responses: Responses
  readonly tenant: string
  /** The `{id}` of the path. */
  readonly id: string
}

function route(
  method: AnswerRoute['method'],
  path: string,
  answer: (request: ResponseRequest) => Promise<object>,
): AnswerRoute {
  return {
    method,
    path,
    async answer(request) {
      const conversations = await request.services.stores.of(request.runtime)
      const { responses } = conversations
      const { id = '' } = request.parameters
      return answer({ request, conversations, responses, tenant: request.caller.tenant, id })
    },
  }
}

const sealsInclude = 'reasoning.encrypted_content'

async function retrieve({ id, request, responses, tenant }: ResponseRequest): Promise<object> {
  const { query } = request
  const response = await responses.get(tenant, id)
  if (query.get('stream') === 'true') {
    const from = readFrom(query.get('starting_after'))
    return responseStream({ response, responses, from })
  }
  const include = [...query.getAll('include'), ...query.getAll('include[]')]
  return presentResponse(response, include.includes(sealsInclude))
}

/** The number of the first event after the one that the caller has. */
function readFrom(startingAfter: string | null): number {
  if (startingAfter === null) return 0
  if (!/^\d{1,9}$/.test(startingAfter)) {
    throw invalidField('starting_after', 'it must be the sequence number of an event.')
  }
  return Number(startingAfter) + 1
}
