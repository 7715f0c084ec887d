import type { JsonObject } from '@fairlead/base'
import {
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { FunctionCallItem } from '../../operations/chat/item.ts'
import { cacheControlField } from './cache-control.ts'
import { readCallSeal } from './call-seal.ts'

/**
 * Reads the calls of an assistant's message that a caller sends back, and the legacy
 * `function_call`, whose id is made of the message's position.
 */
export function decodeSentCalls(
  message: JsonObject,
  param: string,
  position: number,
): FunctionCallItem[] {
  const calls = readOptional(message['tool_calls'], `${param}.tool_calls`, readArray) ?? []
  const items = calls.map((call, index) => decodeCall(call, `${param}.tool_calls[${index}]`))
  const legacy = readOptional(message['function_call'], `${param}.function_call`, readObject)
  if (legacy === undefined) return items
  return [
    ...items,
    {
      type: 'function_call',
      call_id: `call_function_${position}`,
      name: readNonEmptyString(legacy['name'], `${param}.function_call.name`),
      arguments: readString(legacy['arguments'], `${param}.function_call.arguments`),
    },
  ]
}

function decodeCall(value: unknown, param: string): FunctionCallItem {
  const call = readObject(value, param)
  const callId = readNonEmptyString(call['id'], `${param}.id`)
  const marks = { ...readCallSeal(call), ...cacheControlField(call, param) }
  if (call['type'] === 'custom') {
    const custom = readObject(call['custom'], `${param}.custom`)
    return {
      type: 'function_call',
      custom: true,
      call_id: callId,
      name: readNonEmptyString(custom['name'], `${param}.custom.name`),
      arguments: readString(custom['input'], `${param}.custom.input`),
      ...marks,
    }
  }
  const called = readObject(call['function'], `${param}.function`)
  return {
    type: 'function_call',
    call_id: callId,
    name: readNonEmptyString(called['name'], `${param}.function.name`),
    arguments: readString(called['arguments'], `${param}.function.arguments`),
    ...marks,
  }
}
