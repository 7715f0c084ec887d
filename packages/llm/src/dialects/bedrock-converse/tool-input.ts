import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'

/**
 * The input of a call, which must be an object; anything else that a model wrote is kept under a name
 * that says so.
 */
export function encodeInput(text: string): JsonObject {
  if (text.trim() === '') return {}
  const input = parseJsonOrUndefined(text)
  return isJsonObject(input) ? input : { invalid_arguments: text }
}
