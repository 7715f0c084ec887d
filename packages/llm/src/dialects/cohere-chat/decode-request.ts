import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readBoolean,
  readInteger,
  readModelName,
  readNonEmptyString,
  readNumber,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import type {
  ModelRequest,
  ModelSettings,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../../operations/chat/model-request.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { canonicalFields } from './decided-fields.ts'
import { decodeMessages } from './decode-messages.ts'
import { dialectName } from './dialect-name.ts'

/** Reads the body of `POST /v2/chat`: https://docs.cohere.com/reference/chat */
export function decodeRequest(value: unknown, options: DecodeOptions = {}): ModelRequest {
  const body = readObject(value, 'body')
  const toolChoice = readOptional(body['tool_choice'], 'tool_choice', readToolChoice)
  const responseFormat = readOptional(
    body['response_format'],
    'response_format',
    readResponseFormat,
  )
  return {
    model: readModelName(body['model'], 'model'),
    ...decodeInput(body, options),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    settings: decodeSettings(body),
    ...(responseFormat === undefined ? {} : { responseFormat }),
    stream: isStream(body),
    includeUsage: true,
    extras: Object.fromEntries(
      Object.entries(body).filter(([name, field]) => field !== null && !canonicalFields.has(name)),
    ),
    extrasDialect: dialectName,
  }
}

export function isStream(body: JsonObject): boolean {
  return readOptional(body['stream'], 'stream', readBoolean) ?? false
}

export function decodeInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  return { items: decodeMessages(readMessages(body, options)), tools: decodeTools(body) }
}

/** `strict_tools` is said of all of them at once. */
export function decodeTools(body: JsonObject): readonly ToolDefinition[] {
  const strict = readOptional(body['strict_tools'], 'strict_tools', readBoolean)
  const tools = readOptional(body['tools'], 'tools', readArray) ?? []
  return tools.map((value, index) => {
    const param = `tools[${index}].function`
    const declared = readObject(readObject(value, `tools[${index}]`)['function'], param)
    const description = readOptional(declared['description'], `${param}.description`, readString)
    const parameters = readOptional(declared['parameters'], `${param}.parameters`, readObject)
    return {
      name: readNonEmptyString(declared['name'], `${param}.name`),
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(strict === undefined ? {} : { strict }),
    }
  })
}

function readToolChoice(value: unknown, param: string): ToolChoice {
  if (value === 'REQUIRED') return 'required'
  if (value === 'NONE') return 'none'
  throw invalidField(param, "it must be 'REQUIRED' or 'NONE'; omit it for a free choice.")
}

function readResponseFormat(value: unknown, param: string): ResponseFormat {
  const format = readObject(value, param)
  if (format['type'] === 'text') return { type: 'text' }
  if (format['type'] !== 'json_object') {
    throw invalidField(`${param}.type`, "it must be 'text' or 'json_object'.")
  }
  const schema = readOptional(format['json_schema'], `${param}.json_schema`, readObject)
  return schema === undefined
    ? { type: 'json_object' }
    : { type: 'json_schema', name: 'response', schema }
}

const numberFields = [
  ['max_tokens', 'maxOutputTokens'],
  ['temperature', 'temperature'],
  ['p', 'topP'],
  ['k', 'topK'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['presence_penalty', 'presencePenalty'],
] as const

function decodeSettings(body: JsonObject): ModelSettings {
  const numbers = numberFields.flatMap(([wire, name]) => {
    const value = readOptional(body[wire], wire, readNumber)
    return value === undefined ? [] : [[name, value] as const]
  })
  const seed = readOptional(body['seed'], 'seed', readInteger)
  const stop = readOptional(body['stop_sequences'], 'stop_sequences', (value, param) =>
    readArray(value, param).map((entry, index) => readString(entry, `${param}[${index}]`)),
  )
  const logprobs = readOptional(body['logprobs'], 'logprobs', readBoolean)
  return {
    ...Object.fromEntries(numbers),
    ...(seed === undefined ? {} : { seed }),
    ...(stop === undefined ? {} : { stop }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...readOptional(body['thinking'], 'thinking', readThinking),
  }
}

/** `enabled` does not say how much; models that know levels take it for the middle one. */
function readThinking(value: unknown, param: string): ModelSettings {
  const thinking = readObject(value, param)
  const budget = readOptional(thinking['token_budget'], `${param}.token_budget`, readNumber)
  const type = readOptional(thinking['type'], `${param}.type`, readString) ?? 'enabled'
  if (type !== 'enabled' && type !== 'disabled') {
    throw invalidField(`${param}.type`, "it must be 'enabled' or 'disabled'.")
  }
  return {
    reasoningEffort: type === 'enabled' ? 'medium' : 'none',
    ...(budget === undefined ? {} : { reasoningBudget: budget }),
  }
}
