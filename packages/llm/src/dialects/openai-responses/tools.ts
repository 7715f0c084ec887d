import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { ModelRequest, ToolDefinition } from '../../operations/chat/model-request.ts'
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
import { ModelError } from '../../errors/model-error.ts'
import { extrasOf } from './decode-content.ts'
import { dialectName } from './dialect-name.ts'

/** Reads `tools`. One that is built into the provider is native. */
export function decodeTools(body: JsonObject): ToolDefinition[] {
  const tools = readOptional(body['tools'], 'tools', readArray) ?? []
  return tools.map((tool, index) => decodeTool(tool, `tools[${index}]`))
}

function decodeTool(value: unknown, param: string): ToolDefinition {
  const tool = readObject(value, param)
  const type = readString(tool['type'], `${param}.type`)
  switch (type) {
    case 'function':
      return decodeFunction(tool, param)
    case 'custom':
      return decodeCustom(tool, param)
    default: {
      const { name } = tool
      return { name: typeof name === 'string' && name !== '' ? name : type, native: tool }
    }
  }
}

function decodeFunction(tool: JsonObject, param: string): ToolDefinition {
  const parameters = readOptional(tool['parameters'], `${param}.parameters`, readObject)
  const strict = readOptional(tool['strict'], `${param}.strict`, readBoolean)
  return {
    ...named(tool, param),
    ...(parameters === undefined ? {} : { parameters }),
    ...(strict === undefined ? {} : { strict }),
    ...extrasOf(tool, ['type', 'name', 'description', 'parameters', 'strict']),
  }
}

function decodeCustom(tool: JsonObject, param: string): ToolDefinition {
  const format = readOptional(tool['format'], `${param}.format`, readObject)
  return {
    ...named(tool, param),
    custom: format === undefined ? {} : { format },
    ...extrasOf(tool, ['type', 'name', 'description', 'format']),
  }
}

function named(tool: JsonObject, param: string): { name: string; description?: string } {
  const description = readOptional(tool['description'], `${param}.description`, readString)
  return {
    name: readNonEmptyString(tool['name'], `${param}.name`),
    ...(description === undefined ? {} : { description }),
  }
}

type DecodedChoice = Pick<ModelRequest, 'toolChoice' | 'allowedTools'>

/** Reads `tool_choice`. One of a built-in tool has no canonical form: undefined. */
export function decodeToolChoice(value: unknown, param: string): DecodedChoice | undefined {
  if (value === 'auto' || value === 'none' || value === 'required') return { toolChoice: value }
  if (typeof value === 'string') {
    throw invalidField(param, `'${value.slice(0, 64)}' is not one of 'auto', 'none', 'required'.`)
  }
  if (!isJsonObject(value)) throw wrongType(param, 'a string or an object', value)
  switch (readString(value['type'], `${param}.type`)) {
    case 'function':
    case 'custom':
      return { toolChoice: { name: readNonEmptyString(value['name'], `${param}.name`) } }
    case 'allowed_tools':
      return decodeAllowedTools(value, param)
    default:
      return undefined
  }
}

function decodeAllowedTools(allowed: JsonObject, param: string): DecodedChoice | undefined {
  const { mode } = allowed
  if (mode !== 'auto' && mode !== 'required') {
    throw invalidField(`${param}.mode`, `expected 'auto' or 'required'.`)
  }
  const tools = readArray(allowed['tools'], `${param}.tools`).map((tool, index) =>
    readObject(tool, `${param}.tools[${index}]`),
  )
  const isNamed = ({ type, name }: JsonObject) =>
    (type === 'function' || type === 'custom') && typeof name === 'string'
  if (!tools.every(isNamed)) return undefined
  return { toolChoice: mode, allowedTools: tools.map((tool) => String(tool['name'])) }
}

/**
 * Writes tools. `origin` is the dialect in which they were given: built-in tools of another one
 * cannot be run here, and a function without `strict` would become strict, which it is not there.
 */
export function encodeTools(
  tools: readonly ToolDefinition[],
  origin: string = dialectName,
): JsonObject[] {
  const isOwn = origin === dialectName
  return tools.map((tool) => {
    const { custom, description, extras, name, native, parameters, strict } = tool
    if (native !== undefined) {
      if (isOwn) return native
      throw foreignTool(name)
    }
    const described = description === undefined ? {} : { description }
    const more = extras?.dialect === dialectName ? extras.fields : {}
    if (custom !== undefined) return { type: 'custom', name, ...described, ...custom, ...more }
    return {
      type: 'function',
      name,
      ...described,
      parameters: parameters ?? { type: 'object', properties: {} },
      ...(strict === undefined && isOwn ? {} : { strict: strict ?? false }),
      ...more,
    }
  })
}

function foreignTool(name: string): ModelError {
  return new ModelError(
    'invalid-request',
    `The tool '${name}' is built into another provider's API and cannot be used with this model. Remove it or choose a model of that provider.`,
    { param: 'tools' },
  )
}

export function encodeToolChoice(request: ModelRequest): unknown {
  const { allowedTools, toolChoice, tools } = request
  const custom = customToolNames(tools)
  const reference = (name: string) => ({ type: custom.has(name) ? 'custom' : 'function', name })
  if (allowedTools !== undefined && (toolChoice === 'auto' || toolChoice === 'required')) {
    return { type: 'allowed_tools', mode: toolChoice, tools: allowedTools.map(reference) }
  }
  return typeof toolChoice === 'object' ? reference(toolChoice.name) : toolChoice
}

const noNames: ReadonlySet<string> = new Set()

/** Names of tools that take free text instead of JSON arguments. */
export function customToolNames(tools: readonly ToolDefinition[]): ReadonlySet<string> {
  if (tools.length === 0) return noNames
  return new Set(tools.filter(({ custom }) => custom !== undefined).map(({ name }) => name))
}
