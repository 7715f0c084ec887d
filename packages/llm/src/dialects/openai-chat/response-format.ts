import type { JsonObject } from '@fairlead/base'
import type { ResponseFormat } from '../../operations/chat/model-request.ts'
import {
  invalidField,
  readBoolean,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'

export function decodeResponseFormat(value: unknown, param: string): ResponseFormat {
  const format = readObject(value, param)
  const type = readString(format['type'], `${param}.type`)
  switch (type) {
    case 'text':
    case 'json_object':
      return { type }
    case 'json_schema':
      return decodeJsonSchema(format['json_schema'], `${param}.json_schema`)
    default:
      throw invalidField(
        `${param}.type`,
        `'${type}' is not supported; use 'text', 'json_object' or 'json_schema'.`,
      )
  }
}

function decodeJsonSchema(value: unknown, param: string): ResponseFormat {
  const wrapper = readObject(value, param)
  const strict = readOptional(wrapper['strict'], `${param}.strict`, readBoolean)
  const description = readOptional(wrapper['description'], `${param}.description`, readString)
  return {
    type: 'json_schema',
    name: readNonEmptyString(wrapper['name'], `${param}.name`),
    schema: readOptional(wrapper['schema'], `${param}.schema`, readObject) ?? {},
    ...(strict === undefined ? {} : { strict }),
    ...(description === undefined ? {} : { description }),
  }
}

export function encodeResponseFormat(format: ResponseFormat): JsonObject {
  if (format.type !== 'json_schema') return { type: format.type }
  const { type, ...wrapper } = format
  return { type, json_schema: wrapper }
}
