import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readBoolean,
  readModelName,
  readNonEmptyString,
  readNumber,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { Item } from '../../operations/chat/item.ts'
import type {
  ModelRequest,
  ModelSettings,
  ResponseFormat,
  ToolDefinition,
} from '../../operations/chat/model-request.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { canonicalFields } from './decided-fields.ts'
import { decodeContent, decodeMessages } from './decode-messages.ts'

type DecodeInput = (body: JsonObject, options?: DecodeOptions) => ChatInput

/** Reads what `/api/chat` and `/api/generate` have in common; `decodeInput` reads the rest. */
export function decodeRequest(
  value: unknown,
  options: DecodeOptions,
  decodeInput: DecodeInput,
  dialect: string,
): ModelRequest {
  const body = readObject(value, 'body')
  const responseFormat = readOptional(body['format'], 'format', decodeFormat)
  const extras = ownExtras(body)
  return {
    model: readModelName(body['model'], 'model'),
    ...decodeInput(body, options),
    settings: decodeSettings(body),
    ...(responseFormat === undefined ? {} : { responseFormat }),
    stream: isStream(body),
    includeUsage: true,
    extras,
    extrasDialect: dialect,
  }
}

/** A list of numbers is Ollama's older memory of a dialogue: what an answer of `/api/generate` gave. */
export function isOwnContext(value: unknown): boolean {
  return Array.isArray(value)
}

/** Streams are what this API answers with, unless it is told not to. */
export function isStream(body: JsonObject): boolean {
  return readOptional(body['stream'], 'stream', readBoolean) ?? true
}

export function decodeChatInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  return { items: decodeMessages(readMessages(body, options)), tools: decodeTools(body) }
}

/** A prompt is a user's message. */
export function decodeGenerateInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  const system = readOptional(body['system'], 'system', readString) ?? ''
  const prompt = readPrompt(body, options)
  const items: Item[] = []
  if (system !== '') {
    items.push({ type: 'message', role: 'system', content: [{ type: 'input_text', text: system }] })
  }
  if (prompt !== undefined) {
    const content = decodeContent({ content: prompt, images: body['images'] }, 'body')
    items.push({ type: 'message', role: 'user', content })
  }
  return { items, tools: [] }
}

/** Undefined where messages come from elsewhere and the body has none. */
export function readPrompt(body: JsonObject, options: DecodeOptions): string | undefined {
  const prompt = readOptional(body['prompt'], 'prompt', readString)
  if (prompt !== undefined && prompt !== '') return prompt
  if (options.messagesOptional === true) return undefined
  throw invalidField('prompt', 'it is empty; give the text that the model is to answer.')
}

export function decodeTools(body: JsonObject): readonly ToolDefinition[] {
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
    }
  })
}

/** Names in `options` that have a canonical one. */
const settingNames: readonly (readonly [wire: string, name: keyof ModelSettings])[] = [
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['top_k', 'topK'],
  ['min_p', 'minP'],
  ['seed', 'seed'],
  ['presence_penalty', 'presencePenalty'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['repeat_penalty', 'repetitionPenalty'],
]

function decodeSettings(body: JsonObject): ModelSettings {
  const options = readOptional(body['options'], 'options', readObject) ?? {}
  const numbers = settingNames.flatMap(([wire, name]) => {
    const value = readOptional(options[wire], `options.${wire}`, readNumber)
    return value === undefined ? [] : [[name, value] as const]
  })
  const limit = readOptional(options['num_predict'], 'options.num_predict', readNumber)
  const stop = readOptional(options['stop'], 'options.stop', (value, param) =>
    typeof value === 'string'
      ? [value]
      : readArray(value, param).map((entry, index) => readString(entry, `${param}[${index}]`)),
  )
  const effort = decodeThink(body['think'])
  const logprobs = readOptional(body['logprobs'], 'logprobs', readBoolean)
  const topLogprobs = readOptional(body['top_logprobs'], 'top_logprobs', readNumber)
  return {
    ...Object.fromEntries(numbers),
    // -1 and -2 mean no limit.
    ...(limit === undefined || limit < 0 ? {} : { maxOutputTokens: limit }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop }),
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(topLogprobs === undefined ? {} : { topLogprobs }),
  }
}

/** `true` does not say how much; models that know levels take it for the middle one. */
function decodeThink(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (value === false) return 'none'
  if (value === true) return 'medium'
  return readNonEmptyString(value, 'think')
}

/** `json`, or the schema itself. */
function decodeFormat(value: unknown, param: string): ResponseFormat | undefined {
  if (value === '') return undefined
  if (value === 'json') return { type: 'json_object' }
  if (isJsonObject(value)) return { type: 'json_schema', name: 'response', schema: value }
  throw invalidField(param, "it must be 'json' or a JSON schema.")
}

function ownExtras(body: JsonObject): JsonObject {
  const options = isJsonObject(body['options']) ? body['options'] : {}
  const named = new Set(['num_predict', 'stop', ...settingNames.map(([wire]) => wire)])
  const unnamed = Object.entries(options).filter(
    ([name, value]) => value !== null && (!named.has(name) || isUnlimited(name, value)),
  )
  return {
    ...Object.fromEntries(
      Object.entries(body).filter(
        ([name, value]) =>
          value !== null &&
          (!canonicalFields.has(name) || (name === 'context' && isOwnContext(value))),
      ),
    ),
    ...(unnamed.length === 0 ? {} : { options: Object.fromEntries(unnamed) }),
  }
}

function isUnlimited(name: string, value: unknown): boolean {
  return name === 'num_predict' && (numberOrUndefined(value) ?? 0) < 0
}
