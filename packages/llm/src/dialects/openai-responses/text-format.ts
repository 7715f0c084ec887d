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

/** Reads `text.format`. */
export function decodeTextFormat(value: unknown, param: string): ResponseFormat {
  const format = readObject(value, param)
  const type = readString(format['type'], `${param}.type`)
  switch (type) {
    case 'text':
    case 'json_object':
      return { type }
    case 'json_schema': {
      const strict = readOptional(format['strict'], `${param}.strict`, readBoolean)
      const description = readOptional(format['description'], `${param}.description`, readString)
      return {
        type,
        name: readNonEmptyString(format['name'], `${param}.name`),
        schema: readObject(format['schema'], `${param}.schema`),
        ...(strict === undefined ? {} : { strict }),
        ...(description === undefined ? {} : { description }),
      }
    }
    default:
      throw invalidField(
        `${param}.type`,
        `'${type.slice(0, 64)}' is not supported; use 'text', 'json_object' or 'json_schema'.`,
      )
  }
}

/** The canonical form is that of `text.format`. */
export function encodeTextFormat(format: ResponseFormat): JsonObject {
  return format
}
