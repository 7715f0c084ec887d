import type { SeededRandom } from '@fairlead/base/testing'
import { changed } from './changed-body.ts'
import { chatBody } from './chat-bodies.ts'
import { contextHeaders, conversations, withContext } from './context-fields.ts'
import { type FuzzCase, fuzzedModels } from './fuzz-case.ts'
import { hostileValue } from './hostile-values.ts'
import { fields, type JsonNode } from './json-node.ts'

/** A request about conversations and what they hold. */
export function conversationCase(random: SeededRandom): FuzzCase {
  const id = encodeURIComponent(random.pick(conversations))
  switch (random.below(6)) {
    case 5:
      return {
        method: 'POST',
        path: `/v1/conversations/${id}/${random.pick(['cancel', `turns/${id}/cancel`])}`,
        headers: {},
        body: random.chance(0.5) ? undefined : hostileValue(random),
      }
    case 4:
      return {
        method: 'POST',
        path: `/v1/conversations/${id}/items${random.pick(['', '?include=x', '?include[]=reasoning.encrypted_content'])}`,
        headers: {},
        body: changed(random, fields({ items: givenItems(random) })),
      }
    case 0:
      return {
        method: random.pick(['GET', 'GET', 'DELETE']),
        path: random.pick([
          `/v1/conversations/${id}/items?limit=${random.below(200)}&order=sideways`,
          `/v1/conversations/${id}/items/item_1`,
          `/v1/conversations/${id}/turns`,
          `/v1/plans/${id}`,
        ]),
        headers: {},
        body: undefined,
      }
    case 1:
      return {
        method: 'POST',
        path: `/v1/conversations/${random.pick([id, 'new'])}/plan`,
        headers: contextHeaders(random),
        body: changed(random, withContext(random, chatBody(random, random.pick(fuzzedModels)))),
      }
    case 2:
      return {
        method: 'POST',
        path: `/v1/conversations/${id}`,
        headers: {},
        body: changed(random, fields({ metadata: fields({ a: 'b' }) })),
      }
    default:
      return {
        method: 'POST',
        path: '/v1/conversations',
        headers: {},
        body: changed(random, newConversation(random)),
      }
  }
}

function givenItems(random: SeededRandom): JsonNode {
  const item = (): JsonNode =>
    random.pick([
      fields({ type: 'message', role: 'user', content: 'x' }),
      fields({ role: 'assistant', content: [fields({ type: 'output_text', text: 'x' })] }),
      fields({ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }),
      fields({ type: 'function_call_output', call_id: 'c', output: 'x' }),
      fields({ type: 'reasoning', summary: [] }),
      fields({ type: 'item_reference', id: 'msg_1' }),
      fields({
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: fields({ type: 'search', query: 'x' }),
      }),
      fields({ type: 'mcp_approval_response', approval_request_id: 'm', approve: true }),
    ])
  return Array.from({ length: random.below(6) }, item)
}

function newConversation(random: SeededRandom): JsonNode {
  return fields({
    ...(random.chance(0.5) ? { metadata: fields({ a: 'b' }) } : {}),
    ...(random.chance(0.7) ? { items: givenItems(random) } : {}),
    ...(random.chance(0.3)
      ? { context: fields({ persona: 'p', variables: fields({ name: 'x' }) }) }
      : {}),
  })
}
