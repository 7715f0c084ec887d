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
  switch (random.below(11)) {
    case 10:
      return noteCase(random, id)
    case 9:
      return {
        method: 'POST',
        path: `/v1/conversations/${id}/${random.pick(['cancel', `turns/${id}/cancel`])}`,
        headers: {},
        body: random.chance(0.5) ? undefined : hostileValue(random),
      }
    case 5:
    case 6:
      return treeCase(random, id)
    case 7:
      return turnCall(random, id)
    case 8:
      return importCase(random)
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
          `/v1/conversations/${id}/turns?branch=${id}&after=${id}`,
          `/v1/conversations/${id}/turns/turn_1`,
          `/v1/conversations/${id}/tree?limit=${random.below(200)}`,
          `/v1/conversations/${id}/export?include=seals`,
          `/v1/conversations?metadata[${id}]=b&subject=${id}&limit=${random.below(200)}`,
          `/v1/conversations/${id}/branches/${id}`,
          `/v1/conversations/${id}/turns/last/pin`,
          `/v1/subjects/${id}`,
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

/** Changes a conversation's branches and settings. */
function treeCase(random: SeededRandom, id: string): FuzzCase {
  const name = random.pick(['main', 'b', '__proto__', 'a b', ''])
  const [method, path, body] = random.pick([
    ['POST', 'fork', fields({ name, select: random.chance(0.5) })],
    ['POST', 'select', fields(random.chance(0.5) ? { branch: name } : { turn: 'turn_1' })],
    ['PATCH', `branches/${encodeURIComponent(name)}`, fields({ name: 'c' })],
    ['PATCH', 'variables', fields({ name: 'x', gone: null })],
    ['PATCH', 'retention', fields({ expires_at: null, legal_hold: false })],
    ['POST', 'turns/turn_1/pin', fields({})],
  ] as const)
  return {
    method,
    path: `/v1/conversations/${id}/${path}`,
    headers: contextHeaders(random),
    body: changed(random, body),
  }
}

/** Reads or changes what is remembered of a subject. */
function noteCase(random: SeededRandom, subject: string): FuzzCase {
  const note = random.pick(['', '', '/note_1', `/${subject}`])
  const method = random.pick(['GET', 'POST', 'POST', 'DELETE'] as const)
  const query = random.pick(['', '?format=jsonl', `?limit=${random.below(200)}&after=${subject}`])
  const text = random.pick<JsonNode>(['Lives in Rome.', '', 'my password: x', hostileValue(random)])
  const expiry = random.pick<JsonNode>([null, 1, 9_999_999_999, hostileValue(random)])
  return {
    method,
    path: `/v1/subjects/${subject}/notes${note}${query}`,
    headers: random.chance(0.2) ? { 'if-match': random.pick(['"1"', '*', 'x', '"']) } : {},
    body:
      method === 'POST'
        ? changed(random, fields({ text, ...(random.chance(0.5) ? { expires_at: expiry } : {}) }))
        : undefined,
  }
}

function turnCall(random: SeededRandom, id: string): FuzzCase {
  const action = random.pick(['regenerate', 'edit'])
  return {
    method: 'POST',
    path: `/v1/conversations/${id}/turns/${random.pick(['last', 'turn_1'])}/${action}`,
    headers: contextHeaders(random),
    body: changed(random, withContext(random, chatBody(random, random.pick(fuzzedModels)))),
  }
}

/** One line, of a conversation without turns. */
function importCase(random: SeededRandom): FuzzCase {
  const line = fields({
    object: 'conversation',
    id: 'c-9',
    created_at: 1,
    metadata: fields({}),
    ccp: fields({
      version: 'v1alpha1',
      revision: 1,
      epoch: 1,
      head: null,
      branch: 'main',
      branches: fields({}),
      pinned: [],
      sends_history: false,
      subject: null,
      retention: fields({ expires_at: null, legal_hold: false }),
      persona: null,
      strategy: null,
      variables: fields({ a: 'b' }),
    }),
  })
  return {
    method: 'POST',
    path: `/v1/conversations/import${random.pick(['', '?keep_id=true', '?keep_id=x'])}`,
    headers: { 'content-type': 'application/jsonl' },
    body: changed(random, line),
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
