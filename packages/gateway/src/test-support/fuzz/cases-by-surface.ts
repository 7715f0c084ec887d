import type { SeededRandom } from '@fairlead/base/testing'
import { changed } from './changed-body.ts'
import { chatBody } from './chat-bodies.ts'
import { contextHeaders, withContext } from './context-fields.ts'
import { conversationCase } from './conversation-cases.ts'
import { type FuzzCase, fuzzedModels } from './fuzz-case.ts'
import { geminiBody } from './gemini-bodies.ts'
import { callersOwn } from './fuzz-upstream.ts'
import { hostileValue } from './hostile-values.ts'
import { fields, type JsonNode } from './json-node.ts'
import { messageBody } from './message-bodies.ts'
import { responsesBody } from './responses-bodies.ts'

/** Makes a case of one surface. */
type MakeCase = (random: SeededRandom) => FuzzCase

/** A maker of cases for every surface, by its name. */
export const casesBySurface: Readonly<Record<string, MakeCase>> = {
  'chat-completions': (random) => ({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: contextHeaders(random),
    body: changed(random, withContext(random, chatBody(random, random.pick(fuzzedModels)))),
  }),
  // What passes to a provider of the caller's own dialect is the caller's to answer for.
  messages: (random) => ({
    method: 'POST',
    path: random.pick([
      '/v1/messages',
      '/v1/messages',
      '/v1/messages?beta=true',
      '/v1/messages/count_tokens',
    ]),
    headers: { ...contextHeaders(random), 'anthropic-version': '2023-06-01' },
    body: changed(
      random,
      withContext(random, messageBody(random, random.pick(['openai', 'simulator']))),
    ),
  }),
  responses: (random) => ({
    method: 'POST',
    path: '/v1/responses',
    headers: contextHeaders(random),
    body: changed(random, withContext(random, responsesBody(random, random.pick(fuzzedModels)))),
  }),
  gemini: (random) => {
    const model = encodeURIComponent(random.pick([...fuzzedModels, 'a/b:c']))
    const version = random.pick(['v1beta', 'v1'])
    const method = random.pick([
      'generateContent',
      'streamGenerateContent',
      'streamGenerateContent?alt=sse',
      'countTokens',
    ])
    return random.chance(0.05)
      ? { method: 'GET', path: `/v1beta/models/${model}`, headers: {}, body: undefined }
      : {
          method: 'POST',
          path: `/${version}/models/${model}:${method}`,
          headers: { ...contextHeaders(random), 'x-goog-api-client': callersOwn },
          body: changed(random, withContext(random, geminiBody(random))),
        }
  },
  completions: (random) => ({
    method: 'POST',
    path: '/v1/completions',
    headers: contextHeaders(random),
    body: changed(random, completionBody(random)),
  }),
  embeddings: (random) => ({
    method: 'POST',
    path: '/v1/embeddings',
    headers: random.chance(0.1) ? contextHeaders(random) : {},
    body: changed(random, embeddingsBody(random)),
  }),
  moderations: (random) => ({
    method: 'POST',
    path: '/v1/moderations',
    headers: random.chance(0.1) ? contextHeaders(random) : {},
    body: changed(random, moderationBody(random)),
  }),
  rerank: (random) => ({
    method: 'POST',
    path: random.pick(['/v1/rerank', '/v2/rerank']),
    headers: random.chance(0.1) ? contextHeaders(random) : {},
    body: changed(random, rerankBody(random)),
  }),
  'vector-stores': (random) => ({
    method: 'POST',
    path: `/v1/vector_stores/${random.pick(['handbook', 'vs_1', '%00', '..', '__proto__', 'x'.repeat(2000)])}/search`,
    headers: random.chance(0.1) ? contextHeaders(random) : {},
    body: changed(random, vectorSearchBody(random)),
  }),
  prompts: (random) => ({
    method: 'POST',
    path: random.pick(['/prompts/default/summarise', '/summarise', '/prompts/default%2fsummarise']),
    headers: Object.fromEntries(random.chance(0.3) ? [['accept', 'text/event-stream']] : []),
    body: changed(random, random.chance(0.5) ? parameters(random) : longPromptBody(random)),
  }),
  conversations: conversationCase,
  ollama: (random) => ({
    method: 'POST',
    path: random.pick(['/api/chat', '/api/chat', '/api/show']),
    headers: contextHeaders(random),
    body: changed(random, withContext(random, ollamaBody(random))),
  }),
  'ollama-generate': (random) => ({
    method: 'POST',
    path: '/api/generate',
    headers: contextHeaders(random),
    body: changed(random, ollamaPrompt(random)),
  }),
  route: (random) => ({
    method: 'POST',
    path: '/v1/route',
    headers: contextHeaders(random),
    body: changed(random, withContext(random, chatBody(random, random.pick(fuzzedModels)))),
  }),
  requests: (random) => ({
    method: 'GET',
    path: `/v1/requests/${random.pick(['req_1', '%00', '..', '__proto__', 'x'.repeat(2000), '%ff', ''])}`,
    headers: {},
    body: undefined,
  }),
  usage: (random) => ({
    method: 'GET',
    path: `/v1/usage?${new URLSearchParams({
      from: random.pick([
        '2026-01-01',
        '2026-02-30',
        '',
        '0000-00-00',
        'x'.repeat(2000),
        '__proto__',
      ]),
      by: random.pick(['day', 'model,prompt', ',,,', '__proto__', 'tenant', 'day,day', '\u0000']),
    }).toString()}`,
    headers: {},
    body: undefined,
  }),
  feedback: (random) => ({
    method: 'POST',
    path: '/v1/feedback',
    headers: {},
    body: changed(
      random,
      fields({
        request_id: random.pick(['req_1', '__proto__', '', 'x'.repeat(200)]),
        ...(random.chance(0.5)
          ? { score: random.pick([0, 0.5, 1]) }
          : { label: random.pick(['positive', 'negative', 'constructor']) }),
        comment: random.pick(['short', 'x'.repeat(2001)]),
      }),
    ),
  }),
  models: (random) => ({
    method: 'GET',
    path: random.pick([
      '/v1/models',
      '/v1/models/openai',
      '/v1/models/',
      '/v1/models/%00',
      '/v1/models/%ff',
      '/v1/models/__proto__',
      '/v1/models/a/b/c?x=%',
      '/V1/models',
      '//v1/models',
    ]),
    headers: {},
    body: undefined,
  }),
}

const completionPrompts: readonly JsonNode[] = ['Say it', ['one', 'two'], [1, 2, 3], [[1], [2]], []]

const vectorFilters: readonly JsonNode[] = [
  fields({ type: 'eq', key: 'a', value: 1 }),
  fields({ type: 'and' }),
  [],
]

function vectorSearchBody(random: SeededRandom): JsonNode {
  return fields({
    query: random.pick(['How long is leave?', ['one', 'two'], '', hostileValue(random)]),
    ...(random.chance(0.5) ? { max_num_results: random.pick([1, 50, 0, 51, -1]) } : {}),
    ...(random.chance(0.5) ? { filters: random.pick<JsonNode>(vectorFilters) } : {}),
    ...(random.chance(0.3)
      ? { ranking_options: fields({ score_threshold: random.pick([0.5, 2]) }) }
      : {}),
  })
}

function embeddingsBody(random: SeededRandom): JsonNode {
  return fields({
    model: random.pick(['openai', 'gemini', 'simulator', 'simulator']),
    input: random.chance(0.1)
      ? hostileValue(random)
      : random.pick<JsonNode>(['a', ['a', 'b'], ['b'], [1, 2], [[1], [2]]]),
    ...(random.chance(0.3) ? { encoding_format: random.pick(['float', 'base64']) } : {}),
    ...(random.chance(0.1) ? { dimensions: random.pick<JsonNode>([8, hostileValue(random)]) } : {}),
    ...(random.chance(0.3) ? { input_type: random.pick(['query', 'document']) } : {}),
  })
}

function moderationBody(random: SeededRandom): JsonNode {
  return fields({
    model: 'simulator',
    input: random.pick<JsonNode>([
      'a',
      ['a', 'b'],
      [fields({ type: 'text', text: 'a' })],
      [fields({ type: 'image_url', image_url: fields({ url: hostileValue(random) }) })],
      hostileValue(random),
    ]),
  })
}

function rerankBody(random: SeededRandom): JsonNode {
  return fields({
    model: 'simulator',
    query: random.chance(0.1) ? hostileValue(random) : 'a b',
    documents: random.chance(0.1)
      ? hostileValue(random)
      : random.pick<JsonNode>([['a', 'b'], [fields({ text: 'a' })]]),
    ...(random.chance(0.1) ? { top_n: random.pick<JsonNode>([1, hostileValue(random)]) } : {}),
    ...(random.chance(0.3) ? { return_documents: true } : {}),
  })
}

function completionBody(random: SeededRandom): JsonNode {
  return fields({
    model: random.pick(fuzzedModels),
    prompt: random.chance(0.1) ? hostileValue(random) : random.pick(completionPrompts),
    stream: random.chance(0.4),
    ...(random.chance(0.3) ? { max_tokens: random.below(50) } : {}),
    ...(random.chance(0.2) ? { logprobs: random.below(6) } : {}),
    ...(random.chance(0.1) ? { suffix: 'end', echo: true, best_of: 2, n: 2 } : {}),
    ...(random.chance(0.2) ? { stream_options: fields({ include_usage: true }) } : {}),
  })
}

function parameters(random: SeededRandom): JsonNode {
  return fields({
    text: random.chance(0.7) ? 'a text' : hostileValue(random),
    ...(random.chance(0.3) ? { options: fields({ deep: hostileValue(random) }) } : {}),
  })
}

function longPromptBody(random: SeededRandom): JsonNode {
  return fields({
    [random.pick(['parameters', 'variables'])]: parameters(random),
    ...(random.chance(0.3) ? { version: random.pick(['1', '9']) } : {}),
    ...(random.chance(0.5) ? { stream: random.chance(0.5) } : {}),
    ...(random.chance(0.3) ? { temperature: random.next() } : {}),
  })
}

function ollamaBody(random: SeededRandom): JsonNode {
  const call = () =>
    fields({ function: fields({ name: 'f', arguments: fields({ a: hostileValue(random) }) }) })
  const message = (): JsonNode =>
    random.pick([
      fields({ role: 'user', content: 'x' }),
      fields({ role: 'user', content: 'x', images: ['iVBORw0KGgo='] }),
      fields({ role: 'system', content: 'x' }),
      fields({ role: 'assistant', content: 'x', thinking: 'y' }),
      fields({ role: 'assistant', content: '', tool_calls: [call()] }),
      fields({ role: 'tool', content: 'x', tool_name: 'f' }),
    ])
  return fields({
    model: random.pick(fuzzedModels),
    messages: Array.from({ length: random.below(6) }, message),
    ...ollamaSettings(random),
    ...(random.chance(0.3)
      ? { tools: [fields({ type: 'function', function: fields({ name: 'f' }) })] }
      : {}),
  })
}

function ollamaPrompt(random: SeededRandom): JsonNode {
  return fields({
    model: random.pick(fuzzedModels),
    prompt: 'x',
    ...(random.chance(0.3) ? { system: 'y', images: ['iVBORw0KGgo='] } : {}),
    ...(random.chance(0.2) ? { context: [1, 2, 3] } : {}),
    ...ollamaSettings(random),
  })
}

function ollamaSettings(random: SeededRandom): Readonly<Record<string, JsonNode>> {
  return {
    ...(random.chance(0.5) ? { stream: random.chance(0.5) } : {}),
    ...(random.chance(0.3) ? { think: random.pick([true, false, 'high']) } : {}),
    ...(random.chance(0.3) ? { format: random.pick(['json', '']) } : {}),
    ...(random.chance(0.3)
      ? { options: fields({ num_predict: 5, temperature: 0.5, num_ctx: 4096, stop: ['x'] }) }
      : {}),
  }
}
