import {
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  parseJsonOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'

/** A call of a tool, as an answer has it: `arguments` are an object, and only newer servers give ids. */
interface ReadCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

export function readCall(value: unknown, fallbackId: string): ReadCall {
  const call = objectOrEmpty(value)
  const called = objectOrEmpty(call['function'])
  const given = called['arguments']
  return {
    id: stringOrUndefined(call['id']) ?? fallbackId,
    name: stringOrUndefined(called['name']) ?? '',
    arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
  }
}

export function writeCall({ id, name, arguments: text }: ReadCall, index: number): JsonObject {
  return { id, function: { index, name, arguments: encodeArguments(text) } }
}

/**
 * The arguments must be an object; anything else that a model wrote is kept under a name that says
 * so.
 */
export function encodeArguments(text: string): JsonObject {
  if (text.trim() === '') return {}
  const value = parseJsonOrUndefined(text)
  return isJsonObject(value) ? value : { invalid_arguments: text }
}
