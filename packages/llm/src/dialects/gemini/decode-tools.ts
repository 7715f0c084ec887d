import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ModelRequest, ToolDefinition } from '../../operations/chat/model-request.ts'
import { jsonSchemaOf } from './schema-to-json.ts'
import { dialectName } from './sealed-parts.ts'
import { bothSpellings, defined, fieldOf, otherFields } from './spelling.ts'

const declarationsField = bothSpellings(['functionDeclarations'])
/** A schema in the API's own form is kept beside its translation. */
const functionFields = bothSpellings(['name', 'description', 'parametersJsonSchema'])
const callingField = bothSpellings(['functionCallingConfig'])
const readModes: ReadonlySet<unknown> = new Set(['AUTO', 'ANY', 'NONE', 'VALIDATED'])

/** Reads `tools`: one tool per function, and one for each of Google's own. */
export function decodeTools(body: JsonObject): readonly ToolDefinition[] {
  const tools = readOptional(body['tools'], 'tools', readArray) ?? []
  return tools.flatMap((value, index) => {
    const param = `tools[${index}]`
    const tool = readObject(value, param)
    const field = `${param}.functionDeclarations`
    const declared = readOptional(fieldOf(tool, 'functionDeclarations', param), field, readArray)
    const functions = (declared ?? []).map((each, place) =>
      decodeFunction(readObject(each, `${field}[${place}]`), `${field}[${place}]`),
    )
    const own = Object.entries(otherFields(tool, declarationsField)).map(
      ([name, settings]): ToolDefinition => ({ name, native: { [name]: settings } }),
    )
    return [...functions, ...own]
  })
}

function decodeFunction(declaration: JsonObject, param: string): ToolDefinition {
  const name = readNonEmptyString(declaration['name'], `${param}.name`)
  const description = readOptional(declaration['description'], `${param}.description`, readString)
  const schema = fieldOf(declaration, 'parametersJsonSchema', param)
  const subset = readOptional(declaration['parameters'], `${param}.parameters`, readObject)
  const rest = otherFields(declaration, functionFields)
  const parameters = isJsonObject(schema) ? schema : subset && jsonSchemaOf(subset)
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(Object.keys(rest).length === 0 ? {} : { extras: { dialect: dialectName, fields: rest } }),
  }
}

/** Reads `toolConfig.functionCallingConfig`. */
export function decodeToolChoice(
  toolConfig: JsonObject,
): Pick<ModelRequest, 'toolChoice' | 'allowedTools'> {
  const param = 'toolConfig.functionCallingConfig'
  const calling = readOptional(
    fieldOf(toolConfig, 'functionCallingConfig', 'toolConfig'),
    param,
    readObject,
  )
  if (calling === undefined) return {}
  const names = readOptional(
    fieldOf(calling, 'allowedFunctionNames', param),
    `${param}.allowedFunctionNames`,
    (value, path) =>
      readArray(value, path).map((name, index) => readString(name, `${path}[${index}]`)),
  )
  const allowed = names === undefined || names.length === 0 ? {} : { allowedTools: names }
  switch (calling['mode']) {
    case 'NONE':
      return { toolChoice: 'none' }
    case 'ANY': {
      const [only] = names ?? []
      if (names?.length === 1 && only !== undefined) return { toolChoice: { name: only } }
      return { toolChoice: 'required', ...allowed }
    }
    case 'AUTO':
      return { toolChoice: 'auto' }
    case 'VALIDATED':
      return { toolChoice: 'auto', ...allowed }
    default:
      return {}
  }
}

/** What of `toolConfig` has no canonical name. */
export function toolConfigExtras(toolConfig: JsonObject): JsonObject {
  const calling = fieldOf(toolConfig, 'functionCallingConfig', 'toolConfig')
  const { mode, ...rest } = isJsonObject(calling) ? calling : {}
  const own = otherFields(rest, bothSpellings(['allowedFunctionNames']))
  const kept = defined({
    ...own,
    mode: mode === 'VALIDATED' || !readModes.has(mode) ? mode : undefined,
  })
  return {
    ...otherFields(toolConfig, callingField),
    ...(Object.keys(kept).length === 0 ? {} : { functionCallingConfig: kept }),
  }
}
