import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ContentPart, FunctionCallItem, Item } from '../../operations/chat/item.ts'
import { imageUrl } from './media.ts'
import { readCall } from './tool-calls.ts'

/**
 * Reads `messages` into items. Calls may lack ids, and outputs name at most their tool: an output
 * belongs to the first call that has none yet, of that tool if it names one.
 */
export function decodeMessages(messages: readonly unknown[]): Item[] {
  const items: Item[] = []
  const open: FunctionCallItem[] = []
  let calls = 0
  for (const [index, value] of messages.entries()) {
    const param = `messages[${index}]`
    const message = readObject(value, param)
    const role = readString(message['role'], `${param}.role`)
    switch (role) {
      case 'system':
      case 'user':
        items.push({ type: 'message', role, content: decodeContent(message, param) })
        break
      case 'assistant':
        for (const item of decodeAssistant(message, param, calls)) {
          items.push(item)
          if (item.type !== 'function_call') continue
          calls += 1
          open.push(item)
        }
        break
      case 'tool': {
        const call = takeCall(open, message, param)
        const output = decodeContent(message, param)
        const [only] = output
        items.push({
          type: 'function_call_output',
          call_id: call.call_id,
          output: output.length === 1 && only?.type === 'input_text' ? only.text : output,
        })
        break
      }
      default:
        throw invalidField(
          `${param}.role`,
          `'${role}' is not one of 'system', 'user', 'assistant', 'tool'.`,
        )
    }
  }
  return items
}

/** A text with images, as `/api/generate` has its prompt and `/api/chat` its messages. */
export function decodeContent(message: JsonObject, param: string): ContentPart[] {
  const text = readOptional(message['content'], `${param}.content`, readString) ?? ''
  const images = readOptional(message['images'], `${param}.images`, readArray) ?? []
  return [
    { type: 'input_text', text },
    ...images.map((image, index): ContentPart => ({
      type: 'input_image',
      image_url: imageUrl(readNonEmptyString(image, `${param}.images[${index}]`)),
    })),
  ]
}

function decodeAssistant(message: JsonObject, param: string, callsBefore: number): Item[] {
  const text = readOptional(message['content'], `${param}.content`, readString) ?? ''
  const thinking = readOptional(message['thinking'], `${param}.thinking`, readString) ?? ''
  const calls = readOptional(message['tool_calls'], `${param}.tool_calls`, readArray) ?? []
  return [
    ...(thinking === ''
      ? []
      : [
          {
            type: 'reasoning' as const,
            summary: [],
            content: [{ type: 'reasoning_text' as const, text: thinking }],
          },
        ]),
    ...(text === '' && calls.length > 0
      ? []
      : [
          {
            type: 'message' as const,
            role: 'assistant' as const,
            content: [{ type: 'output_text' as const, text }],
          },
        ]),
    ...calls.map((value, index) =>
      decodeCall(value, `${param}.tool_calls[${index}]`, callsBefore + index),
    ),
  ]
}

function decodeCall(value: unknown, param: string, number: number): FunctionCallItem {
  const called = readObject(readObject(value, param)['function'], `${param}.function`)
  readNonEmptyString(called['name'], `${param}.function.name`)
  const { id, name, arguments: text } = readCall(value, `call_${number}`)
  return { type: 'function_call', call_id: id, name, arguments: text }
}

function takeCall(open: FunctionCallItem[], message: JsonObject, param: string): FunctionCallItem {
  const id = readOptional(message['tool_call_id'], `${param}.tool_call_id`, readString)
  const name = readOptional(message['tool_name'], `${param}.tool_name`, readString)
  const found = open.findIndex(
    (call) =>
      (id === undefined || call.call_id === id) && (name === undefined || call.name === name),
  )
  const [call] = found === -1 ? [] : open.splice(found, 1)
  if (call !== undefined) return call
  throw invalidField(
    param,
    'no earlier assistant message calls this tool; include the message whose tool_calls it answers.',
  )
}
