import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'

/**
 * The arguments of a call for an API that takes an object. Anything else that a model wrote is kept
 * under a name that says so.
 */
export function callInput(text: string): JsonObject {
  if (text.trim() === '') return {}
  const input = parseJsonOrUndefined(text)
  return isJsonObject(input) ? input : { invalid_arguments: text }
}
