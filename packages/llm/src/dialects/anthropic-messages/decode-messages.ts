import type { ContentPart, Item, Role } from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import { decodePart } from './decode-content.ts'

/** Reads the top-level `system`: text, or text blocks. */
export function decodeSystem(value: unknown, param: string): Item[] {
  const content = readBlocks(value, param).map((block, index) =>
    inputText(readString(block['text'], `${param}[${index}].text`)),
  )
  return content.length === 0 ? [] : [{ type: 'message', role: 'system', content }]
}

/**
 * Reads `messages` into items; results, text, thinking and calls of one message become separate
 * items.
 */
export function decodeMessages(messages: readonly unknown[]): Item[] {
  return messages.flatMap((value, index) => {
    const param = `messages[${index}]`
    const message = readObject(value, param)
    const role = readString(message['role'], `${param}.role`)
    const blocks = readBlocks(message['content'], `${param}.content`)
    switch (role) {
      case 'user':
      case 'system':
      case 'assistant':
        return decodeBlocks(blocks, role, `${param}.content`)
      default:
        throw invalidField(`${param}.role`, `'${role}' is neither 'user' nor 'assistant'.`)
    }
  })
}

function readBlocks(value: unknown, param: string): readonly JsonObject[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  if (!Array.isArray(value)) throw wrongType(param, 'a string or an array of blocks', value)
  return value.map((block, index) => readObject(block, `${param}[${index}]`))
}

function decodeBlocks(blocks: readonly JsonObject[], role: Role, param: string): Item[] {
  const items: Item[] = []
  let content: ContentPart[] = []
  const endMessage = () => {
    if (content.length > 0) items.push({ type: 'message', role, content })
    content = []
  }
  for (const [index, block] of blocks.entries()) {
    const path = `${param}[${index}]`
    const item = decodeItem(block, path)
    if (item !== undefined) {
      endMessage()
      items.push(item)
      continue
    }
    const part = decodePart(block, role, path)
    if (part !== undefined) content.push(part)
  }
  endMessage()
  return items
}

/** A block that is an item of its own; `undefined` for a part of a message. */
function decodeItem(block: JsonObject, param: string): Item | undefined {
  switch (block['type']) {
    case 'tool_use':
      return {
        type: 'function_call',
        call_id: readNonEmptyString(block['id'], `${param}.id`),
        name: readNonEmptyString(block['name'], `${param}.name`),
        arguments: JSON.stringify(readObject(block['input'], `${param}.input`)),
      }
    case 'tool_result':
      return {
        type: 'function_call_output',
        call_id: readNonEmptyString(block['tool_use_id'], `${param}.tool_use_id`),
        output: readOptional(block['content'], `${param}.content`, decodeResult) ?? '',
        ...(block['is_error'] === true ? { is_error: true } : {}),
      }
    case 'thinking': {
      const text = readString(block['thinking'], `${param}.thinking`)
      return {
        type: 'reasoning',
        summary: [],
        ...(text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
        signature: readString(block['signature'], `${param}.signature`),
      }
    }
    case 'redacted_thinking':
      return {
        type: 'reasoning',
        summary: [],
        encrypted_content: readString(block['data'], `${param}.data`),
      }
    default:
      return undefined
  }
}

function decodeResult(value: unknown, param: string): string | ContentPart[] {
  if (typeof value === 'string') return value
  return readArray(value, param).flatMap((entry, index) => {
    const path = `${param}[${index}]`
    const part = decodePart(readObject(entry, path), 'user', path)
    return part === undefined ? [] : [part]
  })
}

function inputText(text: string): ContentPart {
  return { type: 'input_text', text }
}
