import type { ServerResponse } from 'node:http'
import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  anthropicMessages,
  chatFormatOf,
  type Dialect,
  gemini,
  type Item,
  ModelError,
  type ModelErrorKind,
  type ModelRequest,
  type ModelResponse,
  openAiChat,
  openAiResponses,
  responseEvents,
} from '@fairlead/llm'
import { brokenAnthropicRule } from './fuzz/anthropic-rules.ts'
import { brokenGeminiRule } from './fuzz/gemini-rules.ts'
import { brokenResponsesRule } from './fuzz/responses-rules.ts'
import type { Answer } from './upstream.ts'

interface Api {
  readonly dialect: Dialect
  readonly rule: (body: JsonObject) => string | undefined
}

/** What a path says of a request, where the body does not. */
interface Asked {
  readonly model: string
  readonly stream: boolean
}

const apis: Readonly<Record<string, Api>> = {
  '/v1/chat/completions': { dialect: openAiChat, rule: () => undefined },
  '/v1/responses': { dialect: openAiResponses, rule: brokenResponsesRule },
  '/v1/messages': { dialect: anthropicMessages, rule: brokenAnthropicRule },
}

const failures: Readonly<Record<string, ModelErrorKind>> = {
  'fails-404': 'not-found',
  'fails-429': 'rate-limited',
  'fails-500': 'upstream',
}

/** Gemini's API, whose path says which model is asked, and whether for a stream. */
function geminiApi(path: string): (Api & Asked) | undefined {
  const found = /^\/v1beta\/models\/([^/:]+):(?:g|(streamG))enerateContent(?:\?alt=sse)?$/.exec(
    path,
  )
  if (found === null) return undefined
  const [, model = '', streamed] = found
  const rule = (body: JsonObject) => brokenGeminiRule(model, body)
  return { dialect: gemini, rule, model, stream: streamed !== undefined }
}

/**
 * Providers of four APIs, strict in what they read, with a model that does as it is told: it
 * calls the first tool if it must, or if `weather` is asked for, fills in a JSON schema, and
 * otherwise says what it was told. Models named `fails-…` answer with that error; `slow` never ends
 * its stream. Gemini's API is below `/v1beta`.
 */
export const modelAnswer: Answer = (response, { body, path }) => {
  const asked = geminiApi(path)
  const api = asked ?? apis[path]
  if (api === undefined) return send(response, 404, { error: { message: `no ${path}` } })
  // https://docs.anthropic.com/en/api/messages: not every request can be in a thread.
  if (body['thread'] !== undefined) return refuseThread(response, api.dialect)
  const broken = api.rule(asked === undefined ? body : inCamelCase(body))
  if (broken !== undefined) return refuse(response, api.dialect, 'invalid-request', broken)
  const format = chatFormatOf(api.dialect)
  const request = format.decodeRequest(body, asked)
  const failure = failures[request.model]
  if (failure !== undefined) return refuse(response, api.dialect, failure, 'as it was told')
  const answer = answerTo(request, api.dialect)
  const repeated = api.dialect.passage.repeatedFields?.(body)
  if (!request.stream) return send(response, 200, format.encodeResponse(answer, { repeated }))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const encoder = format.createStreamEncoder({ includeUsage: request.includeUsage, repeated })
  const events = responseEvents(answer)
  const told = request.model === 'slow' ? events.slice(0, 2) : events
  for (const event of told) response.write(ownIds(encoder.encode(event)))
  if (request.model !== 'slow') response.end()
}

function refuse(response: ServerResponse, dialect: Dialect, kind: ModelErrorKind, text: string) {
  const { status, body } = dialect.encodeError(new ModelError(kind, text))
  send(response, status, body)
}

function refuseThread(response: ServerResponse, dialect: Dialect): void {
  const code = 'thread_unsupported_request'
  const { status, body } = dialect.encodeError(new ModelError('invalid-request', code, { code }))
  send(response, status, body)
}

/** Gemini takes both spellings of its fields; its rules know one. */
function inCamelCase(value: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(value).replaceAll(/"([a-z]+(?:_[a-z]+)+)":/g, (_, name: string) =>
      JSON.stringify(
        name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
      ).concat(':'),
    ),
  ) as JsonObject
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(ownIds(JSON.stringify(body)))
}

/** Ids as a provider makes them, which knows them when it is asked again; not those of a gateway. */
function ownIds(text: string): string {
  return text.replaceAll(/\b([a-z]+)_fairlead_/g, '$1_')
}

function answerTo(request: ModelRequest, dialect: Dialect): ModelResponse {
  const output = outputOf(request, dialect)
  return {
    id: 'upstream-1',
    model: request.model,
    createdAt: 1_700_000_000,
    output,
    finishReason: output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop',
    usage: {
      inputTokens: 12,
      cachedInputTokens: 2,
      cacheWriteInputTokens: 0,
      outputTokens: 5,
      reasoningTokens: 0,
    },
  }
}

function outputOf(
  { items, responseFormat, toolChoice, tools }: ModelRequest,
  dialect: Dialect,
): Item[] {
  const last = items.at(-1)
  const asked = textOf(items.findLast((item) => item.type === 'message' && item.role === 'user'))
  if (last?.type === 'function_call_output') {
    return [message(`The tool said: ${typeof last.output === 'string' ? last.output : 'parts'}`)]
  }
  const tool = tools.find(({ native }) => native === undefined)
  const isForced = typeof toolChoice === 'object' || toolChoice === 'required'
  if (tool !== undefined && (isForced || /weather/i.test(asked))) {
    const args = JSON.stringify(filled(tool.parameters ?? {}))
    return [
      ...(asked.includes('think') ? [thinkingOf(dialect)] : []),
      {
        type: 'function_call',
        status: 'completed',
        call_id: 'call_1',
        ...(dialect === gemini ? { maker: gemini.name, signature: 'c2lnbmF0dXJl' } : {}),
        name: tool.name,
        arguments: args,
      },
    ]
  }
  if (responseFormat?.type === 'json_schema') {
    return [message(JSON.stringify(filled(responseFormat.schema)))]
  }
  const images = items.flatMap((item) =>
    item.type === 'message' ? item.content.filter(({ type }) => type === 'input_image') : [],
  )
  const system = items.find((item) => item.type === 'message' && item.role === 'system')
  const rules = system === undefined ? '' : `[${textOf(system)}] `
  return [message(`${rules}${images.length} images, ${items.length} items: ${asked}`)]
}

/** As each vendor tells it: OpenAI a summary and a seal, others the text, with a signature. */
function thinkingOf(dialect: Dialect): Item {
  const text = 'I should look outside.'
  const common = { type: 'reasoning', status: 'completed', maker: dialect.name } as const
  return dialect === openAiResponses
    ? { ...common, summary: [{ type: 'summary_text', text }], encrypted_content: 'gAAAAseal' }
    : {
        ...common,
        summary: [],
        content: [{ type: 'reasoning_text', text }],
        ...(dialect === anthropicMessages ? { signature: 'c2lnbmF0dXJl' } : {}),
      }
}

function message(text: string): Item {
  return {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text }],
  }
}

function textOf(item: Item | undefined): string {
  if (item?.type !== 'message') return ''
  return item.content.map((part) => ('text' in part ? part.text : '')).join('')
}

/** A value of a schema's own making. */
function filled(schema: unknown): unknown {
  if (!isJsonObject(schema)) return 'text'
  const { properties, type } = schema
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isJsonObject(properties) ? properties : {}).map(([name, value]) => [
          name,
          filled(value),
        ]),
      )
    case 'array':
      return [filled(schema['items'])]
    case 'number':
    case 'integer':
      return 1
    case 'boolean':
      return true
    default:
      return 'text'
  }
}
