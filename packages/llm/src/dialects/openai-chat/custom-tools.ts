import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import {
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ToolDefinition } from '../../operations/chat/model-request.ts'

/**
 * Reads a tool that takes free text. The grammar of its text is nested here, and flat in the
 * canonical form, as in OpenAI's Responses:
 * https://platform.openai.com/docs/guides/function-calling#custom-tools
 */
export function decodeCustomTool(value: unknown, param: string): ToolDefinition {
  const declared = readObject(value, param)
  const description = readOptional(declared['description'], `${param}.description`, readString)
  const format = readOptional(declared['format'], `${param}.format`, readObject)
  return {
    name: readNonEmptyString(declared['name'], `${param}.name`),
    ...(description === undefined ? {} : { description }),
    custom: format === undefined ? {} : { format: flatFormat(format) },
  }
}

function flatFormat({ grammar, ...format }: JsonObject): JsonObject {
  return { ...format, ...objectOrEmpty(grammar) }
}

export function encodeCustomTool(
  { description, name }: Pick<ToolDefinition, 'name' | 'description'>,
  { format }: NonNullable<ToolDefinition['custom']>,
): JsonObject {
  return {
    type: 'custom',
    custom: {
      name,
      ...(description === undefined ? {} : { description }),
      ...(format === undefined ? {} : { format: nestedFormat(format) }),
    },
  }
}

function nestedFormat({ type, ...fields }: JsonObject): JsonObject {
  return Object.keys(fields).length === 0 ? { type } : { type, grammar: fields }
}
