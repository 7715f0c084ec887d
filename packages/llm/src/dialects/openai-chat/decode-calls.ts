import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type { FunctionCallItem } from '../../operations/chat/item.ts'
import { readCallSeal } from './call-seal.ts'

/** Reads the calls of a whole answer, and the legacy `function_call`. */
export function decodeCalls(message: JsonObject, responseId: string): FunctionCallItem[] {
  const calls = arrayOrEmpty(message['tool_calls']).filter(isJsonObject)
  const legacy = message['function_call']
  const all = isJsonObject(legacy) ? [...calls, { function: legacy }] : calls
  return all.map((call: JsonObject, index) => {
    const custom = isJsonObject(call['custom']) ? call['custom'] : undefined
    const called = custom ?? objectOrEmpty(call['function'])
    return {
      type: 'function_call',
      status: 'completed',
      call_id: stringOrUndefined(call['id']) ?? syntheticCallId(responseId, index),
      name: stringOrUndefined(called['name']) ?? '',
      arguments:
        custom === undefined
          ? argumentsText(called['arguments'])
          : (stringOrUndefined(custom['input']) ?? ''),
      ...(custom === undefined ? {} : { custom: true }),
      ...readCallSeal(call),
    }
  })
}

/** Some servers send the arguments as an object instead of JSON text. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '{}' : value
  return value === undefined || value === null ? '{}' : JSON.stringify(value)
}

/** Some servers give calls no id, but the caller needs one to send the output. */
export function syntheticCallId(responseId: string, index: number): string {
  return `call_${responseId.replaceAll(/[^\w-]/g, '')}_${index}`
}
