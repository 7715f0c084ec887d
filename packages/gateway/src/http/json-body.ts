import { gatewayError } from '../gateway-error.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The body as a JSON object; throws `invalid_json` or `invalid_value`. */
export function parseJsonObject(body: Buffer): JsonObject {
  const value = parseJson(body)
  if (!isJsonObject(value)) {
    throw gatewayError.invalidField('body', 'it must be a JSON object')
  }
  return value
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw gatewayError.invalidJson('it is empty')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw gatewayError.invalidJson(error instanceof Error ? error.message : 'it cannot be parsed')
  }
}

export function optionalString(value: unknown, param: string): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value === '') {
    throw gatewayError.invalidField(param, 'it must be a non-empty string')
  }
  return value
}

export function optionalBoolean(value: unknown, param: string): boolean | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw gatewayError.invalidField(param, 'it must be true or false')
  return value
}

export function optionalObject(value: unknown, param: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined
  if (!isJsonObject(value)) throw gatewayError.invalidField(param, 'it must be an object')
  return value
}
