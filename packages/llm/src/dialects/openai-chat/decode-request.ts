import type { JsonObject } from '@fairlead/base'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import type { ModelRequest, ModelSettings } from '../../operations/chat/model-request.ts'
import {
  readBoolean,
  readInteger,
  readModelName,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import { canonicalFields } from './decided-fields.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeResponseFormat } from './response-format.ts'
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

function decodeSettings(body: JsonObject): ModelSettings {
  const number = (name: string) => readOptional(body[name], name, readNumber)
  const settings = {
    temperature: number('temperature'),
    topP: number('top_p'),
    topK: number('top_k'),
    maxOutputTokens:
      readOptional(body['max_completion_tokens'], 'max_completion_tokens', readPositiveInteger) ??
      readOptional(body['max_tokens'], 'max_tokens', readPositiveInteger),
    stop: readOptional(body['stop'], 'stop', readStop),
    seed: readOptional(body['seed'], 'seed', readInteger),
    presencePenalty: number('presence_penalty'),
    frequencyPenalty: number('frequency_penalty'),
    reasoningEffort: readOptional(body['reasoning_effort'], 'reasoning_effort', readString),
    user: readOptional(body['user'], 'user', readString),
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function readStop(value: unknown, param: string): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) throw wrongType(param, 'a string or an array of strings', value)
  const sequences = value.map((entry, index) => readString(entry, `${param}[${index}]`))
  return sequences.length === 0 ? undefined : sequences
}
