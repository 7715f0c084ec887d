import { isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelRequest, ToolDefinition } from '../../operations/chat/model-request.ts'
import { jsonSchemaForm } from './json-schema-form.ts'
import type { ModelFeatures } from './model-features.ts'
import { schemaSubset } from './schema-subset.ts'
import { dialectName } from './sealed-parts.ts'

interface EncodedTools {
  readonly tools?: readonly JsonObject[]
  readonly toolConfig?: JsonObject
}

/**
 * Writes `tools` and `toolConfig`. Google's own tools cannot stand beside functions at models before
 * Gemini 3 (https://ai.google.dev/gemini-api/docs/function-calling), which is a ModelError 400.
 */
export function encodeTools(
  request: ModelRequest,
  features: ModelFeatures,
  extras: JsonObject,
): EncodedTools {
  const functions: JsonObject[] = []
  const own: JsonObject[] = []
  for (const tool of request.tools) {
    if (tool.native === undefined) functions.push(encodeFunction(tool, features))
    else own.push(nativeTool(tool, request))
  }
  own.push(...webSearch(request))
  if (functions.length > 0 && own.length > 0 && !features.mixesTools) {
    throw new ModelError(
      'invalid-request',
      "This model cannot use Google's own tools together with functions. Send one of the two or choose a newer model.",
      { param: 'tools' },
    )
  }
  const tools = [...(functions.length === 0 ? [] : [{ functionDeclarations: functions }]), ...own]
  const toolConfig = encodeToolConfig(
    request,
    functions.length > 0,
    objectOrEmpty(extras['toolConfig']),
  )
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
  }
}

function encodeFunction(tool: ToolDefinition, features: ModelFeatures): JsonObject {
  const { name, description, extras, parameters } = tool
  const own: JsonObject = extras?.dialect === dialectName ? extras.fields : {}
  const isEmpty = parameters === undefined || Object.keys(parameters).length === 0
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(isEmpty || own['parameters'] !== undefined ? {} : schemaField(parameters, features)),
    ...own,
  }
}

function schemaField(parameters: JsonObject, { jsonSchema }: ModelFeatures): JsonObject {
  if (jsonSchema) return { parametersJsonSchema: jsonSchemaForm(parameters) }
  const subset = schemaSubset(parameters)
  // The API refuses an object without properties.
  return isJsonObject(subset['properties']) ? { parameters: subset } : {}
}

function nativeTool(tool: ToolDefinition, request: ModelRequest): JsonObject {
  if (tool.native !== undefined && (request.extrasDialect ?? dialectName) === dialectName) {
    return tool.native
  }
  if (isWebSearch(tool.native)) return { googleSearch: {} }
  throw new ModelError(
    'invalid-request',
    `The tool '${tool.name}' is of a kind that this model's provider does not support. Declare it as a function or choose another model.`,
    { param: 'tools' },
  )
}

/** OpenAI's and Anthropic's tools for searching the web are called like this, with a version. */
const isWebSearch = (native: JsonObject | undefined): boolean =>
  typeof native?.['type'] === 'string' && native['type'].startsWith('web_search')

/** For OpenAI's `web_search_options`. */
function webSearch({ extras, extrasDialect }: ModelRequest): JsonObject[] {
  const isAsked = extrasDialect !== dialectName && isJsonObject(extras['web_search_options'])
  return isAsked ? [{ googleSearch: {} }] : []
}

function encodeToolConfig(
  request: ModelRequest,
  hasFunctions: boolean,
  extras: JsonObject,
): JsonObject | undefined {
  const calling = {
    ...(hasFunctions ? encodeChoice(request) : {}),
    ...objectOrEmpty(extras['functionCallingConfig']),
  }
  const config = {
    ...extras,
    ...(Object.keys(calling).length === 0 ? {} : { functionCallingConfig: calling }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

/** https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes */
function encodeChoice({ toolChoice: choice, allowedTools }: ModelRequest): JsonObject {
  const allowed = allowedTools === undefined ? {} : { allowedFunctionNames: allowedTools }
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [choice.name] }
  switch (choice) {
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY', ...allowed }
    case 'auto':
      return allowedTools === undefined ? { mode: 'AUTO' } : { mode: 'VALIDATED', ...allowed }
    case undefined:
      return allowedTools === undefined ? {} : { mode: 'VALIDATED', ...allowed }
  }
}
