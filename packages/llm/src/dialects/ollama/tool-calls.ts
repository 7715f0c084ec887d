import { type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { callInput } from '../../operations/chat/call-input.ts'

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
  return { id, function: { index, name, arguments: callInput(text) } }
}
