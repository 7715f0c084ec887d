import { isJsonObject, type JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type {
  ModelRequest,
  ToolChoice,
  ToolDefinition,
} from '../../operations/chat/model-request.ts'
import {
  invalidField,
  readArray,
  readBoolean,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import { decodeCacheControl } from './cache-control.ts'
import { decodeCustomTool, encodeCustomTool } from './custom-tools.ts'

/** Reads `tools`, or the legacy `functions`. */
export function decodeTools(body: JsonObject): ToolDefinition[] {
  const tools = readOptional(body['tools'], 'tools', readArray) ?? []
  const functions = readOptional(body['functions'], 'functions', readArray) ?? []
  return [
    ...tools.map((tool, index) => decodeTool(tool, `tools[${index}]`)),
    ...functions.map((declared, index) => decodeFunction(declared, `functions[${index}]`)),
  ]
}

function decodeTool(value: unknown, param: string): ToolDefinition {
  const tool = readObject(value, param)
  const type = readString(tool['type'], `${param}.type`)
  const mark = decodeCacheControl(tool, param)
  const marked = mark === undefined ? {} : { cacheControl: mark }
  if (type === 'function') {
    return { ...decodeFunction(tool['function'], `${param}.function`), ...marked }
  }
  if (type === 'custom')
    return { ...decodeCustomTool(tool['custom'], `${param}.custom`), ...marked }
  const named = isJsonObject(tool[type]) ? tool[type]['name'] : tool['name']
  return { name: typeof named === 'string' ? named : type, native: tool }
}

function decodeFunction(value: unknown, param: string): ToolDefinition {
  const declared = readObject(value, param)
  const description = readOptional(declared['description'], `${param}.description`, readString)
  const parameters = readOptional(declared['parameters'], `${param}.parameters`, readObject)
  const strict = readOptional(declared['strict'], `${param}.strict`, readBoolean)
  const mark = decodeCacheControl(declared, param)
  return {
    name: readNonEmptyString(declared['name'], `${param}.name`),
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    ...(mark === undefined ? {} : { cacheControl: mark }),
  }
}

type DecodedChoice = Pick<ModelRequest, 'toolChoice' | 'allowedTools'>

/** Reads `tool_choice` in all its forms, or the legacy `function_call`. */
export function decodeToolChoice(body: JsonObject): DecodedChoice {
  const choice = body['tool_choice'] ?? undefined
  if (choice !== undefined) return decodeChoice(choice, 'tool_choice')
  const legacy = body['function_call'] ?? undefined
  if (legacy === undefined) return {}
  if (legacy === 'auto' || legacy === 'none') return { toolChoice: legacy }
  const name = readObject(legacy, 'function_call')['name']
  return { toolChoice: { name: readNonEmptyString(name, 'function_call.name') } }
}

function decodeChoice(value: unknown, param: string): DecodedChoice {
  if (value === 'auto' || value === 'none' || value === 'required') return { toolChoice: value }
  if (typeof value === 'string') {
    throw invalidField(param, `'${value}' is not one of 'auto', 'none', 'required'.`)
  }
  if (!isJsonObject(value)) throw wrongType(param, 'a string or an object', value)
  switch (value['type']) {
    case 'function':
    case 'custom': {
      const type = value['type']
      const target = readObject(value[type], `${param}.${type}`)
      return { toolChoice: { name: readNonEmptyString(target['name'], `${param}.${type}.name`) } }
    }
    case 'allowed_tools':
      return decodeAllowedTools(value['allowed_tools'], `${param}.allowed_tools`)
    default:
      throw invalidField(`${param}.type`, `expected 'function', 'custom' or 'allowed_tools'.`)
  }
}

function decodeAllowedTools(value: unknown, param: string): DecodedChoice {
  const allowed = readObject(value, param)
  const mode = allowed['mode']
  if (mode !== 'auto' && mode !== 'required') {
    throw invalidField(`${param}.mode`, `expected 'auto' or 'required'.`)
  }
  const tools = readArray(allowed['tools'], `${param}.tools`)
  return {
    toolChoice: mode,
    allowedTools: tools.map((entry, index) => {
      const path = `${param}.tools[${index}]`
      const tool = readObject(entry, path)
      const type = readString(tool['type'], `${path}.type`)
      return readNonEmptyString(
        readObject(tool[type], `${path}.${type}`)['name'],
        `${path}.${type}.name`,
      )
    }),
  }
}

/** What a function is declared with; what only other dialects know of it is left out. */
function functionOf({ description, name, parameters, strict }: ToolDefinition): JsonObject {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
  }
}

interface EncodeToolsOptions {
  /** False if the tools arrived in another dialect, whose own tools cannot be run here. */
  readonly areOwn?: boolean
  readonly quirks?: ServerQuirks | undefined
}

/** Writes tools. One that is built into a provider's API is passed on unchanged. */
export function encodeTools(
  tools: readonly ToolDefinition[],
  { areOwn = true, quirks = {} }: EncodeToolsOptions = {},
): JsonObject[] {
  return tools.map((tool) => {
    const { cacheControl, custom, native } = tool
    const mark =
      cacheControl === undefined || quirks.takesCacheControl !== true
        ? {}
        : { cache_control: cacheControl }
    if (custom !== undefined) return { ...encodeCustomTool(tool, custom), ...mark }
    if (native === undefined) return { type: 'function', function: functionOf(tool), ...mark }
    if (!areOwn) {
      throw new ModelError(
        'invalid-request',
        `The tool '${tool.name}' is built into another provider's API and cannot be used with this model. Remove it or choose a model of that provider.`,
        { param: 'tools' },
      )
    }
    return native
  })
}

export function encodeToolChoice(request: ModelRequest): unknown {
  const choice = request.toolChoice
  const customNames = customToolNames(request.tools)
  const reference = (name: string) => {
    const type = customNames.has(name) ? 'custom' : 'function'
    return { type, [type]: { name } }
  }
  if (request.allowedTools !== undefined && (choice === 'auto' || choice === 'required')) {
    return {
      type: 'allowed_tools',
      allowed_tools: { mode: choice, tools: request.allowedTools.map(reference) },
    }
  }
  return typeof choice === 'object'
    ? reference(choice.name)
    : (choice satisfies ToolChoice | undefined)
}

const noNames: ReadonlySet<string> = new Set()

/** Names of tools that take free text instead of JSON arguments. */
export function customToolNames(tools: readonly ToolDefinition[]): ReadonlySet<string> {
  if (tools.length === 0) return noNames
  return new Set(tools.filter((tool) => tool.custom !== undefined).map((tool) => tool.name))
}
