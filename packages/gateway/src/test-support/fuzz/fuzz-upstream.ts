import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isJsonObject } from '@fairlead/base'
import { encodeConverseStream } from '@fairlead/llm'
import { refuse } from '../bedrock-server.ts'
import { chunks, completion } from '../upstream.ts'
import { brokenAnthropicRule } from './anthropic-rules.ts'
import { brokenConverseRule } from './converse-rules.ts'
import { brokenGeminiRule } from './gemini-rules.ts'

/** Stands in the refusal of a request that a gateway should not have sent. */
export const upstreamObjection = 'the upstream objects'

/**
 * In `x-goog-api-client`, which passes to Gemini: the caller wrote the request in its format, and is
 * itself to blame for what is wrong in it.
 */
export const callersOwn = 'fuzz'

/**
 * Providers that answer every call that is right in their format: OpenAI's at `/v1/chat/completions`
 * and `/v1/responses`, Anthropic's at `/v1/messages` Gemini's below `/v1beta/models` and
 * Bedrock's below `/model`. What is no JSON, or breaks a rule of Anthropic's, Gemini's or Bedrock's, gets
 * a 400 that says so.
 */
export async function startFuzzUpstream(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => answer(request, response, Buffer.concat(parts)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function answer(
  { headers, url = '' }: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
): void {
  const body = parsed(bytes)
  if (url === '/v1/embeddings') return answerVectors(response, body)
  if (url.endsWith(':batchEmbedContents')) return answerGeminiVectors(response, body)
  if (url.startsWith('/v1beta/models/')) {
    const isOwn = headers['x-goog-api-client'] === callersOwn
    return answerGemini(url, response, { body, isOwn })
  }
  if (url.startsWith('/model/')) return answerConverse(url, response, body)
  const isAnthropic = url === '/v1/messages'
  const objection = !isJsonObject(body)
    ? 'the body is no JSON object'
    : isAnthropic
      ? brokenAnthropicRule(body)
      : undefined
  if (objection !== undefined || !isJsonObject(body)) {
    const error = { type: 'invalid_request_error', message: `${upstreamObjection}: ${objection}` }
    send(response, 400, 'application/json', JSON.stringify({ type: 'error', error }))
  } else if (body['stream'] === true) {
    const events = isAnthropic
      ? messageEvents
      : url === '/v1/responses'
        ? responsesEvents
        : chunks(['Hello', ' there'])
    send(response, 200, 'text/event-stream', events.join(''))
  } else {
    const whole = isAnthropic
      ? message
      : url === '/v1/responses'
        ? response200
        : completion('Hello there')
    send(response, 200, 'application/json', JSON.stringify(whole))
  }
}

/** As many vectors as there are inputs, which are those of a caller. */
function answerVectors(response: ServerResponse, body: unknown): void {
  const { input } = isJsonObject(body) ? body : {}
  const isList = Array.isArray(input) && typeof input[0] !== 'number'
  const data = (isList ? input : [input]).map((_, index) => ({ index, embedding: [0.5, 0.5] }))
  const whole = { object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } }
  send(response, 200, 'application/json', JSON.stringify(whole))
}

function answerGeminiVectors(response: ServerResponse, body: unknown): void {
  const requests: unknown = isJsonObject(body) ? body['requests'] : undefined
  const texts = Array.isArray(requests) ? requests.map(textIn) : []
  const isRight = texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== '')
  const error = { code: 400, status: 'INVALID_ARGUMENT', message: `${upstreamObjection}: no text` }
  const embeddings = texts.map(() => ({ values: [0.5, 0.5] }))
  const answered = isRight ? { embeddings } : { error }
  send(response, isRight ? 200 : 400, 'application/json', JSON.stringify(answered))
}

function textIn(request: unknown): unknown {
  const content = isJsonObject(request) ? request['content'] : undefined
  const parts = isJsonObject(content) ? content['parts'] : undefined
  const [part] = Array.isArray(parts) ? (parts as unknown[]) : []
  return isJsonObject(part) ? part['text'] : undefined
}

function answerGemini(
  url: string,
  response: ServerResponse,
  { body, isOwn }: { readonly body: unknown; readonly isOwn: boolean },
): void {
  const model = decodeURIComponent(/models\/([^:]*):/.exec(url)?.[1] ?? '')
  const objection = !isJsonObject(body)
    ? 'the body is no JSON object'
    : isOwn
      ? undefined
      : brokenGeminiRule(model, body)
  if (objection !== undefined) {
    const error = {
      code: 400,
      message: `${upstreamObjection}: ${objection}`,
      status: 'INVALID_ARGUMENT',
    }
    return send(response, 400, 'application/json', JSON.stringify({ error }))
  }
  const said = JSON.stringify({
    candidates: [
      { content: { role: 'model', parts: [{ text: 'Hello there' }] }, finishReason: 'STOP' },
    ],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
    responseId: 'r1',
  })
  return url.endsWith('?alt=sse')
    ? send(response, 200, 'text/event-stream', `data: ${said}\r\n\r\n`)
    : send(response, 200, 'application/json', said)
}

/** In every format that calls come in, Converse is translated to. */
function answerConverse(url: string, response: ServerResponse, body: unknown): void {
  const objection = isJsonObject(body) ? brokenConverseRule(body) : 'the body is no JSON object'
  if (objection !== undefined) {
    return refuse(response, 400, 'ValidationException', `${upstreamObjection}: ${objection}`)
  }
  const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 }
  if (url.endsWith('/converse')) {
    const output = { message: { role: 'assistant', content: [{ text: 'Hello there' }] } }
    const whole = JSON.stringify({ output, stopReason: 'end_turn', usage })
    return send(response, 200, 'application/json', whole)
  }
  const lines = [
    { messageStart: { role: 'assistant' } },
    { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hello there' } } },
    { contentBlockStop: { contentBlockIndex: 0 } },
    { messageStop: { stopReason: 'end_turn' } },
    { metadata: { usage } },
  ].map((event) => JSON.stringify(event))
  const frames = encodeConverseStream(Buffer.from(lines.join('\n')))
  send(response, 200, 'application/vnd.amazon.eventstream', frames)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type })
  response.end(body)
}

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  content: [{ type: 'text', text: 'Hello there' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 2 },
}

const messageEvents: readonly string[] = [
  { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello there' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 2 },
  },
  { type: 'message_stop' },
].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)

const outputMessage = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Hello there', annotations: [] }],
}

const response200 = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_700_000_000,
  status: 'completed',
  model: 'gpt-test',
  output: [outputMessage],
  usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
}

const responsesEvents: readonly string[] = [
  {
    type: 'response.created',
    response: { ...response200, status: 'in_progress', output: [], usage: null },
  },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { ...outputMessage, status: 'in_progress', content: [] },
  },
  {
    type: 'response.output_text.delta',
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: 'Hello there',
  },
  { type: 'response.output_item.done', output_index: 0, item: outputMessage },
  { type: 'response.completed', response: response200 },
].map(
  (event, index) =>
    `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`,
)
