import type { JsonObject } from '@fairlead/base'
import { readObject } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'

/** The body as a JSON object; throws `invalid_json` or `invalid_value`. */
export function parseJsonObject(body: Buffer): JsonObject {
  return readObject(parseJson(body), 'body')
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw gatewayError.invalidJson('it is empty')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw gatewayError.invalidJson(error instanceof Error ? error.message : 'it cannot be parsed')
  }
}
