import { isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { effortOfBudget } from '../../operations/chat/thinking-budget.ts'
import type {
  ModelRequest,
  ModelSettings,
  ResponseFormat,
  ToolDefinition,
} from '../../operations/chat/model-request.ts'
import {
  invalidField,
  readArray,
  readBoolean,
  readModelName,
  readNonEmptyString,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
  readString,
} from '../../json/request-field.ts'
import { canonicalFields } from './decided-fields.ts'
import { dialectName } from './dialect-name.ts'
import { decodeMessages, decodeSystem } from './decode-messages.ts'
import { decodeCacheControl, extrasOf } from './part-fields.ts'
import { readLimit } from './read-limit.ts'
import { refuseThread } from './refuse-thread.ts'
import { decodeServiceTier } from './service-tier.ts'

/** Reads the body of `POST /v1/messages`. Unknown fields are kept, invalid ones rejected. */
export function decodeRequest(value: unknown, options: DecodeOptions = {}): ModelRequest {
  const body = readObject(value, 'body')
  const model = readModelName(body['model'], 'model')
  refuseThread(body['thread'])
  const { items, tools } = decodeInput(body, options)
  const responseFormat = decodeOutputFormat(body)
  const cacheControl = decodeCacheControl(body['cache_control'])
  return {
    model,
    items,
    tools,
    ...readOptional(body['tool_choice'], 'tool_choice', decodeToolChoice),
    settings: decodeSettings(body, options),
    ...(responseFormat === undefined ? {} : { responseFormat }),
    stream: readOptional(body['stream'], 'stream', readBoolean) ?? false,
    includeUsage: true,
    ...(cacheControl === undefined ? {} : { cacheControl }),
    extras: decodeExtras(body, cacheControl !== undefined),
    extrasDialect: dialectName,
  }
}

function decodeExtras(body: JsonObject, cacheIsCanonical: boolean): JsonObject {
  const { user_id: _, ...metadata } = objectOrEmpty(body['metadata'])
  const kept = Object.entries(body).filter(
    ([name, field]) =>
      field !== null &&
      (!canonicalFields.has(name) || (name === 'cache_control' && !cacheIsCanonical)),
  )
  return {
    ...Object.fromEntries(kept),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}

/** Reads the messages and tools; the rest of the body is ignored. */
export function decodeInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  return {
    items: [
      ...(readOptional(body['system'], 'system', decodeSystem) ?? []),
      ...decodeMessages(readMessages(body, options)),
    ],
    tools: decodeTools(body),
  }
}

export function decodeTools(body: JsonObject): readonly ToolDefinition[] {
  const tools = readOptional(body['tools'], 'tools', readArray) ?? []
  return tools.map((tool, index) => decodeTool(tool, `tools[${index}]`))
}

function decodeSettings(body: JsonObject, options: DecodeOptions): ModelSettings {
  const number = (name: string) => readOptional(body[name], name, readNumber)
  const metadata = readOptional(body['metadata'], 'metadata', readObject) ?? {}
  const settings = {
    temperature: number('temperature'),
    topP: number('top_p'),
    topK: number('top_k'),
    maxOutputTokens: readLimit(body, options),
    stop: readOptional(body['stop_sequences'], 'stop_sequences', (value, param) =>
      readArray(value, param).map((entry, index) => readString(entry, `${param}[${index}]`)),
    ),
    reasoningEffort: decodeEffort(body),
    reasoningBudget: decodeBudget(body),
    reasoningSummary: summaries.get(objectOrEmpty(body['thinking'])['display']),
    user: readOptional(metadata['user_id'], 'metadata.user_id', readString),
    serviceTier: readOptional(body['service_tier'], 'service_tier', decodeServiceTier),
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function decodeEffort(body: JsonObject): string | undefined {
  const effort = objectOrEmpty(body['output_config'])['effort']
  if (typeof effort === 'string') return effort
  if (objectOrEmpty(body['thinking'])['type'] === 'disabled') return 'none'
  const budget = decodeBudget(body)
  return budget === undefined ? undefined : effortOfBudget(budget)
}

/** Throws for a budget that is missing, which would else be taken for no thinking. */
function decodeBudget(body: JsonObject): number | undefined {
  const thinking = readOptional(body['thinking'], 'thinking', readObject)
  if (thinking === undefined) return undefined
  const { budget_tokens: budget, type } = thinking
  // Of other modes, newer ones too, only their own provider knows what goes with them.
  return type === 'enabled' ? readPositiveInteger(budget, 'thinking.budget_tokens') : undefined
}

/** Whether thinking is told, as `thinking.display` says it. */
const summaries: ReadonlyMap<unknown, string> = new Map([
  ['summarized', 'auto'],
  ['omitted', 'none'],
])

/** Structured outputs: `output_config.format`, or `output_format` in older requests. */
function decodeOutputFormat(body: JsonObject): ResponseFormat | undefined {
  const format = objectOrEmpty(body['output_config'])['format'] ?? body['output_format']
  if (!isJsonObject(format) || !isJsonObject(format['schema'])) return undefined
  return { type: 'json_schema', name: 'response', schema: format['schema'], strict: true }
}

function decodeTool(value: unknown, param: string): ToolDefinition {
  const tool = readObject(value, param)
  const name = readNonEmptyString(
    tool['name'] ?? tool['mcp_server_name'] ?? tool['type'],
    `${param}.name`,
  )
  const type = tool['type'] ?? 'custom'
  if (type !== 'custom') return { name, native: tool }
  const description = readOptional(tool['description'], `${param}.description`, readString)
  const strict = readOptional(tool['strict'], `${param}.strict`, readBoolean)
  const cacheControl = decodeCacheControl(tool['cache_control'])
  const extras = extrasOf(
    tool,
    cacheControl === undefined ? toolFields : [...toolFields, 'cache_control'],
  )
  return {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: readObject(tool['input_schema'], `${param}.input_schema`),
    ...(strict === undefined ? {} : { strict }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(extras === undefined ? {} : { extras }),
  }
}

const toolFields = ['type', 'name', 'description', 'input_schema', 'strict'] as const

function decodeToolChoice(
  value: unknown,
  param: string,
): Pick<ModelRequest, 'toolChoice' | 'parallelToolCalls'> {
  const choice = readObject(value, param)
  const parallel = choice['disable_parallel_tool_use'] === true ? { parallelToolCalls: false } : {}
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return { toolChoice: choice['type'], ...parallel }
    case 'any':
      return { toolChoice: 'required', ...parallel }
    case 'tool':
      return {
        toolChoice: { name: readNonEmptyString(choice['name'], `${param}.name`) },
        ...parallel,
      }
    default:
      throw invalidField(`${param}.type`, `expected 'auto', 'any', 'tool' or 'none'.`)
  }
}
