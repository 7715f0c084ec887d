import type { JsonObject } from '@fairlead/base'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { readBoolean, readModelName, readObject, readOptional } from '../../json/request-field.ts'
import { decodeCacheControl } from './cache-control.ts'
import { canonicalFields } from './decided-fields.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeResponseFormat } from './response-format.ts'
import { decodeSettings, otherReasoning } from './settings.ts'
import { decodeToolChoice, decodeTools } from './tools.ts'

/**
 * Reads the body of `POST /v1/chat/completions`. Unknown fields are kept, invalid ones rejected.
 */
export function decodeRequest(value: unknown, options: DecodeOptions = {}): ModelRequest {
  const body = readObject(value, 'body')
  const model = readModelName(body['model'], 'model')
  const { items, tools } = decodeInput(body, options)
  const stream = readOptional(body['stream'], 'stream', readBoolean) ?? false
  const streamOptions = readOptional(body['stream_options'], 'stream_options', readObject) ?? {}
  const { include_usage: includeUsage, ...otherStreamOptions } = streamOptions
  const extras = readExtras(body)
  if (Object.keys(otherStreamOptions).length > 0) extras['stream_options'] = otherStreamOptions
  const reasoning = otherReasoning(body)
  if (reasoning !== undefined) extras['reasoning'] = reasoning
  const cacheControl = decodeCacheControl(body, '')
  const choice = decodeToolChoice(body)
  const parallelToolCalls = readOptional(
    body['parallel_tool_calls'],
    'parallel_tool_calls',
    readBoolean,
  )
  const responseFormat = readOptional(
    body['response_format'],
    'response_format',
    decodeResponseFormat,
  )
  return {
    model,
    items,
    tools,
    ...choice,
    ...(parallelToolCalls === undefined ? {} : { parallelToolCalls }),
    settings: decodeSettings(body),
    ...(responseFormat === undefined ? {} : { responseFormat }),
    stream,
    ...(cacheControl === undefined ? {} : { cacheControl }),
    includeUsage: readOptional(includeUsage, 'stream_options.include_usage', readBoolean) ?? false,
    extras,
    extrasDialect: 'openai-chat',
  }
}

/** Reads the messages and tools; the rest of the body is ignored. */
export function decodeInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  return { items: decodeMessages(readMessages(body, options)), tools: decodeTools(body) }
}

function readExtras(body: JsonObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => value !== null && !canonicalFields.has(name)),
  )
}
