import { type Answer, chunks, json, sse } from './upstream.ts'
import { errorBody as googleError } from './gemini-upstream.ts'

/** What may be wrong, in the order in which documents list it. */
export const situations = [
  'mistake',
  'too long',
  'refused',
  'no model',
  'limit',
  'overloaded',
  'broken',
  'bill',
  'key',
] as const

export type Situation = (typeof situations)[number]

/** A type of providers, whose servers fail as its API documents. */
export interface FailingProvider {
  readonly type: 'OpenAI' | 'Anthropic' | 'Gemini' | 'Cohere' | 'Ollama'
  /** The id that its answers have of a call. */
  readonly requestId: string | undefined
  /** Where its API stands below the address of an upstream. */
  readonly path: string
  fails(situation: Situation): Answer
  /** A stream that says `a`, and then that the provider is overloaded. */
  readonly breaksOff: Answer
}

/** Words of every error, which the caller must get to read. */
export const words = 'in the words of the provider'

const delay = '7'

const openAiErrors: Readonly<Record<Situation, readonly [number, object]>> = {
  mistake: [400, { message: words, param: 'temperature', code: 'invalid_value' }],
  'too long': [400, { message: words, code: 'context_length_exceeded' }],
  refused: [400, { message: words, code: 'content_filter', innererror: {} }],
  'no model': [404, { message: words, code: 'model_not_found' }],
  limit: [429, { message: words, type: 'requests', code: 'rate_limit_exceeded' }],
  overloaded: [503, { message: words, type: 'server_error', code: 'slow_down' }],
  broken: [500, { message: words, type: 'server_error', code: null }],
  bill: [429, { message: words, type: 'insufficient_quota', code: 'insufficient_quota' }],
  key: [401, { message: words, code: 'invalid_api_key' }],
}

const anthropicErrors: Readonly<Record<Situation, readonly [number, string, string]>> = {
  mistake: [400, 'invalid_request_error', words],
  'too long': [400, 'invalid_request_error', `prompt is too long: ${words}`],
  refused: [400, 'invalid_request_error', `content filtering policy, ${words}`],
  'no model': [404, 'not_found_error', words],
  limit: [429, 'rate_limit_error', words],
  overloaded: [529, 'overloaded_error', words],
  broken: [500, 'api_error', words],
  bill: [400, 'invalid_request_error', `Your credit balance is too low, ${words}`],
  key: [401, 'authentication_error', words],
}

const googleErrors: Readonly<Record<Situation, readonly [number, string, string]>> = {
  mistake: [400, 'INVALID_ARGUMENT', words],
  'too long': [400, 'INVALID_ARGUMENT', `The input token count exceeds the maximum, ${words}`],
  refused: [400, 'INVALID_ARGUMENT', `content policy, ${words}`],
  'no model': [404, 'NOT_FOUND', words],
  limit: [429, 'RESOURCE_EXHAUSTED', words],
  overloaded: [503, 'UNAVAILABLE', words],
  broken: [500, 'INTERNAL', words],
  bill: [429, 'RESOURCE_EXHAUSTED', `Your prepayment credits are depleted, ${words}`],
  key: [403, 'PERMISSION_DENIED', words],
}

const ollamaErrors: Readonly<Record<Situation, readonly [number, string]>> = {
  mistake: [400, words],
  'too long': [400, `prompt too long; ${words}`],
  refused: [403, `content policy, ${words}`],
  'no model': [404, `model "m" not found, ${words}`],
  limit: [429, words],
  overloaded: [503, `server busy, ${words}`],
  broken: [500, words],
  bill: [402, words],
  key: [401, words],
}

const cohereErrors: Readonly<Record<Situation, readonly [number, string]>> = {
  mistake: [400, words],
  'too long': [400, `too many tokens: ${words}`],
  refused: [498, words],
  'no model': [404, `model 'm' not found, ${words}`],
  limit: [429, words],
  overloaded: [529, words],
  broken: [500, words],
  bill: [402, words],
  key: [401, words],
}

const waits = (situation: Situation) => situation === 'limit'

const openAiBreaksOff: Answer = (response, request) => {
  const error = { message: words, type: 'server_error', code: 'slow_down' }
  const isResponse = request.path.endsWith('/responses')
  const frames = isResponse ? responseFrames : chunks(['a']).slice(0, 2)
  const last = isResponse ? { type: 'error', error } : { error }
  sse(...frames, `data: ${JSON.stringify(last)}\n\n`)(response, request)
}

export const failingProviders: readonly FailingProvider[] = [
  {
    type: 'OpenAI',
    requestId: 'req_openai',
    path: '/v1',
    fails: (situation) => {
      const [status, error] = openAiErrors[situation]
      const body = { error: { type: 'invalid_request_error', param: null, ...error } }
      return json(status, body, {
        'x-request-id': 'req_openai',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '7s',
        ...(waits(situation) ? { 'retry-after': delay } : {}),
      })
    },
    breaksOff: openAiBreaksOff,
  },
  {
    type: 'Anthropic',
    requestId: 'req_anthropic',
    path: '/v1',
    fails: (situation) => {
      const [status, type, message] = anthropicErrors[situation]
      const body = { type: 'error', error: { type, message }, request_id: 'req_anthropic' }
      return json(status, body, {
        'request-id': 'req_anthropic',
        'anthropic-ratelimit-requests-remaining': '0',
        ...(waits(situation) ? { 'retry-after': delay } : {}),
      })
    },
    breaksOff: sse(
      ...[
        {
          type: 'message_start',
          message: {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            model: 'm',
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: { input_tokens: 1, output_tokens: 1 },
          },
        },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } },
        { type: 'error', error: { type: 'overloaded_error', message: words } },
      ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    ),
  },
  {
    type: 'Gemini',
    requestId: undefined,
    path: '/v1beta',
    fails: (situation) => {
      const [status, name, message] = googleErrors[situation]
      const { error } = googleError(status, name, message) as { error: object }
      const details = [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${delay}s` },
      ]
      return json(status, { error: { ...error, ...(waits(situation) ? { details } : {}) } })
    },
    breaksOff: sse(
      ...[
        { candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, index: 0 }] },
        googleError(503, 'UNAVAILABLE', words),
      ].map((piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`),
    ),
  },
  {
    type: 'Cohere',
    requestId: 'trace-cohere',
    path: '/v2',
    fails: (situation) => {
      const [status, message] = cohereErrors[situation]
      return json(
        status,
        { message },
        {
          'x-debug-trace-id': 'trace-cohere',
          ...(waits(situation) ? { 'retry-after': delay } : {}),
        },
      )
    },
    breaksOff: sse(
      ...[
        { type: 'message-start', id: 'c1', delta: { message: { role: 'assistant', content: [] } } },
        {
          type: 'content-start',
          index: 0,
          delta: { message: { content: { type: 'text', text: '' } } },
        },
        { type: 'content-delta', index: 0, delta: { message: { content: { text: 'a' } } } },
        { type: 'message-end', delta: { error: words, finish_reason: 'ERROR' } },
      ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
    ),
  },
  {
    type: 'Ollama',
    requestId: undefined,
    path: '/v1',
    fails: (situation) => {
      const [status, error] = ollamaErrors[situation]
      return json(status, { error }, waits(situation) ? { 'retry-after': delay } : {})
    },
    breaksOff: (response, request) => {
      // It speaks OpenAI's format as well.
      if (request.path.startsWith('/v1/')) return openAiBreaksOff(response, request)
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      const piece = { model: 'm', message: { role: 'assistant', content: 'a' }, done: false }
      return response.end(`${JSON.stringify(piece)}\n${JSON.stringify({ error: words })}\n`)
    },
  },
]

const started = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_700_000_000,
  status: 'in_progress',
  model: 'm',
  output: [],
}

const responseFrames: readonly string[] = [
  { type: 'response.created', sequence_number: 0, response: started },
  {
    type: 'response.output_item.added',
    sequence_number: 1,
    output_index: 0,
    item: { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] },
  },
  {
    type: 'response.content_part.added',
    sequence_number: 2,
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    part: { type: 'output_text', text: '', annotations: [] },
  },
  {
    type: 'response.output_text.delta',
    sequence_number: 3,
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: 'a',
  },
].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
