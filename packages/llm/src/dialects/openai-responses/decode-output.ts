import { arrayOrEmpty, isJsonObject, type JsonObject, stringOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { Item } from '../../operations/chat/item.ts'
import { joinCallSeals } from './call-seal.ts'
import { decodeItem } from './decode-items.ts'

/**
 * Reads the items of an answer. What servers leave out is filled in, and content that is not
 * canonical is left out.
 */
export function decodeOutputItems(items: readonly JsonObject[]): Item[] {
  return joinCallSeals(items.map(decodeOutputItem))
}

export function decodeOutputItem(item: JsonObject): Item {
  try {
    return decodeItem(completed(item), 'output')
  } catch (error) {
    // The fields are the provider's, so that the fault is its own.
    if (!(error instanceof ModelError)) throw error
    throw new ModelError(
      'upstream',
      `The provider sent an item that cannot be read. ${error.message}`,
      {
        failure: 'InvalidAnswer',
      },
    )
  }
}

function completed(item: JsonObject): JsonObject {
  switch (item['type']) {
    case 'message':
      return {
        ...item,
        role: 'assistant',
        status: item['status'] ?? 'completed',
        content: arrayOrEmpty(item['content']).filter(isReadable),
      }
    case 'reasoning':
      return {
        ...item,
        status: item['status'] ?? 'completed',
        summary: textParts(item['summary']),
        content: textParts(item['content']),
      }
    case 'function_call':
      return {
        ...item,
        status: item['status'] ?? 'completed',
        call_id: item['call_id'] ?? item['id'],
        arguments: argumentsText(item['arguments']),
      }
    case 'custom_tool_call':
      return {
        ...item,
        status: item['status'] ?? 'completed',
        call_id: item['call_id'] ?? item['id'],
        input: stringOrUndefined(item['input']) ?? '',
      }
    default:
      return item
  }
}

function isReadable(part: unknown): boolean {
  if (!isJsonObject(part)) return false
  if (part['type'] === 'output_text') return typeof part['text'] === 'string'
  return part['type'] === 'refusal' && typeof part['refusal'] === 'string'
}

function textParts(value: unknown): readonly JsonObject[] {
  return arrayOrEmpty(value)
    .filter(isJsonObject)
    .filter((part) => typeof part['text'] === 'string')
}

/** Some servers send the arguments as an object instead of JSON text, or none. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '{}' : value
  return value === undefined || value === null ? '{}' : JSON.stringify(value)
}
