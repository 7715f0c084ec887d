import { isUtf8 } from 'node:buffer'
import { type JsonObject, parseJson } from '@fairlead/base'
import {
  type BodyOutline,
  noUniqueFields,
  outlineBody,
  readObject,
  type UniqueFields,
} from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'

/**
 * The body as a JSON object; throws `invalid_json` or `invalid_value`. What is not UTF-8 is no JSON:
 * two parties would read it in two ways.
 */
export function parseJsonObject(body: Buffer): JsonObject {
  return readObject(parsed(body), 'body')
}

interface CheckedBody {
  readonly fields: JsonObject
  readonly outline: BodyOutline
}

/**
 * The body as a JSON object that every reader reads alike, and none needs too much stack for. Throws
 * also `duplicate_field` and `too_deep`.
 */
export function checkedJsonObject(
  body: Buffer,
  maxDepth: number,
  decidedFields: UniqueFields = noUniqueFields,
): CheckedBody {
  const fields = parseJsonObject(body)
  const outline = outlineBody(body, decidedFields)
  if (outline.depth > maxDepth) throw gatewayError.tooDeep(maxDepth)
  return { fields, outline }
}

function parsed(body: Buffer): unknown {
  if (body.length === 0) throw gatewayError.invalidJson('it is empty')
  // Bytes that are no text would be replaced here, and read in some other way by a provider.
  if (!isUtf8(body)) throw gatewayError.invalidJson('it is not UTF-8')
  try {
    return parseJson(body.toString('utf8'))
  } catch (error) {
    throw gatewayError.invalidJson(error instanceof Error ? error.message : 'it cannot be parsed')
  }
}
