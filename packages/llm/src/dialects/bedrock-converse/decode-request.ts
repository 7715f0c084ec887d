import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  parseJsonOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import {
  invalidField,
  readArray,
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
import { effortOfBudget } from '../../operations/chat/thinking-budget.ts'
import { cacheMark } from './cache-point.ts'
import { decodeMessages, decodeSystem } from './decode-messages.ts'
import { dialectName } from './dialect-name.ts'
import { filled, given, without } from './given.ts'
import { adaptiveThinking } from './thinking.ts'

const canonicalFields = [
  'context',
  'messages',
  'model',
  'system',
  'toolConfig',
  'inferenceConfig',
  'outputConfig',
  'requestMetadata',
  'serviceTier',
  'additionalModelRequestFields',
]

/**
 * Reads the body of `/model/{model}/converse`. Model and stream stand in the path, and come with the
 * options. Unknown fields are kept, invalid ones rejected.
 */
export function decodeRequest(value: unknown, options: DecodeOptions = {}): ModelRequest {
  const body = readObject(value, 'body')
  const toolChoice = decodeToolChoice(objectOrEmpty(body['toolConfig'])['toolChoice'])
  const output = readOptional(body['outputConfig'], 'outputConfig', readObject) ?? {}
  const responseFormat = readOptional(
    output['textFormat'],
    'outputConfig.textFormat',
    decodeTextFormat,
  )
  const { extras, settings } = decodeSettings(body, output)
  return {
    model: readModelName(options.model ?? body['model'], 'model'),
    ...decodeInput(body, options),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    settings,
    ...(responseFormat === undefined ? {} : { responseFormat }),
    stream: options.stream ?? false,
    includeUsage: true,
    extras: { ...without(body, canonicalFields), ...extras },
    extrasDialect: dialectName,
  }
}

export function decodeInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  return {
    items: [...decodeSystem(body['system']), ...decodeMessages(readMessages(body, options))],
    tools: decodeTools(body),
  }
}

export function decodeTools(body: JsonObject): readonly ToolDefinition[] {
  const config = readOptional(body['toolConfig'], 'toolConfig', readObject) ?? {}
  const values = readOptional(config['tools'], 'toolConfig.tools', readArray) ?? []
  const tools: ToolDefinition[] = []
  for (const [index, value] of values.entries()) {
    const param = `toolConfig.tools[${index}]`
    const tool = readObject(value, param)
    const mark = cacheMark(tool)
    const last = tools.at(-1)
    if (mark !== undefined) {
      if (last !== undefined) tools[tools.length - 1] = { ...last, cacheControl: mark }
    } else if (isJsonObject(tool['toolSpec'])) {
      tools.push(decodeTool(tool['toolSpec'], `${param}.toolSpec`))
    } else {
      const name = stringOrUndefined(objectOrEmpty(tool['systemTool'])['name']) ?? ''
      tools.push({ name, native: tool })
    }
  }
  return tools
}

function decodeTool(spec: JsonObject, param: string): ToolDefinition {
  const description = readOptional(spec['description'], `${param}.description`, readString)
  const schema = readOptional(spec['inputSchema'], `${param}.inputSchema`, readObject)
  const parameters = readOptional(schema?.['json'], `${param}.inputSchema.json`, readObject)
  const fields = without(spec, ['name', 'description', 'inputSchema', 'strict'])
  return {
    name: readNonEmptyString(spec['name'], `${param}.name`),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(typeof spec['strict'] === 'boolean' ? { strict: spec['strict'] } : {}),
    ...(Object.keys(fields).length === 0 ? {} : { extras: { dialect: dialectName, fields } }),
  }
}

function decodeToolChoice(value: unknown): ToolChoice | undefined {
  const choice = readOptional(value, 'toolConfig.toolChoice', readObject)
  if (choice === undefined) return undefined
  const { any, auto, tool } = choice
  if (isJsonObject(tool)) {
    return { name: readNonEmptyString(tool['name'], 'toolConfig.toolChoice.tool.name') }
  }
  if (isJsonObject(any)) return 'required'
  if (isJsonObject(auto)) return 'auto'
  throw invalidField('toolConfig.toolChoice', "it is none of 'auto', 'any' and 'tool'.")
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_OutputFormat.html */
function decodeTextFormat(value: unknown, param: string): ResponseFormat {
  const { structure } = readObject(value, param)
  const place = `${param}.structure.jsonSchema`
  const format = readObject(readObject(structure, `${param}.structure`)['jsonSchema'], place)
  const schema = parseJsonOrUndefined(readString(format['schema'], `${place}.schema`))
  if (!isJsonObject(schema)) throw invalidField(`${place}.schema`, 'it is not a JSON object.')
  const description = readOptional(format['description'], `${place}.description`, readString)
  return {
    type: 'json_schema',
    name: readOptional(format['name'], `${place}.name`, readString) ?? 'answer',
    schema,
    ...(description === undefined ? {} : { description }),
  }
}

interface Settings {
  readonly settings: ModelSettings
  /** What of their fields has no name elsewhere. */
  readonly extras: JsonObject
}

function decodeSettings(body: JsonObject, output: JsonObject): Settings {
  const inference = readOptional(body['inferenceConfig'], 'inferenceConfig', readObject) ?? {}
  const number = (name: string) =>
    readOptional(inference[name], `inferenceConfig.${name}`, readNumber)
  const stop = readOptional(inference['stopSequences'], 'inferenceConfig.stopSequences', readStops)
  const metadata = readOptional(body['requestMetadata'], 'requestMetadata', readObject)
  const tier = readOptional(body['serviceTier'], 'serviceTier', readObject)
  const effort = readOptional(output['effort'], 'outputConfig.effort', readString)
  const { extras: additional, settings } = decodeAdditional(body, effort !== undefined)
  return {
    settings: given({
      maxOutputTokens: number('maxTokens'),
      temperature: number('temperature'),
      topP: number('topP'),
      stop: stop?.length === 0 ? undefined : stop,
      metadata,
      serviceTier: stringOrUndefined(tier?.['type']),
      ...settings,
      ...(effort === undefined ? {} : { reasoningEffort: effort }),
    }),
    extras: given({
      inferenceConfig: filled(
        without(inference, ['maxTokens', 'temperature', 'topP', 'stopSequences']),
      ),
      outputConfig: filled(without(output, ['textFormat', 'effort'])),
      additionalModelRequestFields: additional,
    }),
  }
}

/** What models have of their own, as far as others have it too. */
function decodeAdditional(body: JsonObject, hasEffort: boolean) {
  const fields =
    readOptional(
      body['additionalModelRequestFields'],
      'additionalModelRequestFields',
      readObject,
    ) ?? {}
  const nested = objectOrEmpty(fields['inferenceConfig'])
  const topK = numberOrUndefined(fields['top_k'] ?? fields['k'] ?? nested['topK'])
  const { rest, settings } = decodeThinking(fields, hasEffort)
  return {
    settings: { topK, ...settings },
    extras: filled({
      ...without(rest, topK === undefined ? [] : ['top_k', 'k', 'inferenceConfig']),
      ...(topK === undefined ? {} : { inferenceConfig: filled(without(nested, ['topK'])) }),
    }),
  }
}

function decodeThinking(
  fields: JsonObject,
  hasEffort: boolean,
): { rest: JsonObject; settings: ModelSettings } {
  const { reasoningConfig, thinking, ...rest } = fields
  if (isJsonObject(reasoningConfig)) {
    const effort = stringOrUndefined(reasoningConfig['maxReasoningEffort'])
    if (effort !== undefined) return { rest, settings: { reasoningEffort: effort } }
  }
  if (isJsonObject(thinking)) {
    const budget = numberOrUndefined(thinking['budget_tokens'])
    if (thinking['type'] === 'disabled') return { rest, settings: { reasoningEffort: 'none' } }
    if (thinking['type'] === 'enabled' && budget !== undefined) {
      return {
        rest,
        settings: { reasoningBudget: budget, reasoningEffort: effortOfBudget(budget) },
      }
    }
    // Its effort says the same.
    if (hasEffort && canonicalJson(thinking) === canonicalJson(adaptiveThinking)) {
      return { rest, settings: {} }
    }
  }
  return { rest: fields, settings: {} }
}

function readStops(value: unknown, param: string): readonly string[] {
  return readArray(value, param).map((entry, index) => readString(entry, `${param}[${index}]`))
}
