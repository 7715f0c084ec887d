import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ContentPart, Item } from '../../operations/chat/item.ts'
import { readAssistant } from './assistant-message.ts'
import { dialectName } from './dialect-name.ts'

/** Reads `messages` into items. */
export function decodeMessages(messages: readonly unknown[]): Item[] {
  return messages.flatMap((value, index): Item[] => {
    const param = `messages[${index}]`
    const message = readObject(value, param)
    const role = readString(message['role'], `${param}.role`)
    switch (role) {
      case 'system':
      case 'user': {
        const content = decodeContent(message['content'], `${param}.content`, decodePart)
        return [{ type: 'message', role, content }]
      }
      case 'assistant':
        checkAssistant(message, param)
        return readAssistant(message)
      case 'tool':
        return [decodeOutput(message, param)]
      default:
        throw invalidField(
          `${param}.role`,
          `'${role}' is not one of 'system', 'user', 'assistant', 'tool'.`,
        )
    }
  })
}

function decodeContent(
  value: unknown,
  param: string,
  decode: (part: JsonObject, param: string) => ContentPart,
): ContentPart[] {
  if (typeof value === 'string') return [{ type: 'input_text', text: value }]
  return readArray(value, param).map((part, index) => {
    const place = `${param}[${index}]`
    return typeof part === 'string'
      ? { type: 'input_text', text: part }
      : decode(readObject(part, place), place)
  })
}

function decodePart(part: JsonObject, param: string): ContentPart {
  switch (part['type']) {
    case 'text':
      return { type: 'input_text', text: readString(part['text'], `${param}.text`) }
    case 'image_url': {
      const image = readObject(part['image_url'], `${param}.image_url`)
      const detail = readOptional(image['detail'], `${param}.image_url.detail`, readDetail)
      const url = readNonEmptyString(image['url'], `${param}.image_url.url`)
      return { type: 'input_image', image_url: url, ...(detail === undefined ? {} : { detail }) }
    }
    default:
      throw invalidField(`${param}.type`, "it must be 'text' or 'image_url'.")
  }
}

function readDetail(value: unknown, param: string): 'auto' | 'low' | 'high' {
  if (value === 'auto' || value === 'low' || value === 'high') return value
  throw invalidField(param, "it must be 'auto', 'low' or 'high'.")
}

function decodeOutput(message: JsonObject, param: string): Item {
  const { content } = message
  return {
    type: 'function_call_output',
    call_id: readNonEmptyString(message['tool_call_id'], `${param}.tool_call_id`),
    output:
      typeof content === 'string'
        ? content
        : decodeContent(content, `${param}.content`, decodeOutputPart),
  }
}

/** A document that a tool found is its JSON for other dialects, and itself for this one. */
function decodeOutputPart(part: JsonObject, param: string): ContentPart {
  if (part['type'] === 'text') {
    return { type: 'input_text', text: readString(part['text'], `${param}.text`) }
  }
  if (part['type'] !== 'document') {
    throw invalidField(`${param}.type`, "it must be 'text' or 'document'.")
  }
  const document = readObject(part['document'], `${param}.document`)
  return {
    type: 'input_text',
    text: JSON.stringify(document['data'] ?? {}),
    extras: { dialect: dialectName, fields: part },
  }
}

/** What `readAssistant` reads leniently in answers is checked in requests. */
function checkAssistant(message: JsonObject, param: string): void {
  readOptional(message['tool_plan'], `${param}.tool_plan`, readString)
  if (typeof message['content'] !== 'string') {
    const content = readOptional(message['content'], `${param}.content`, readArray) ?? []
    for (const [index, value] of content.entries()) {
      const place = `${param}.content[${index}]`
      const part = readObject(value, place)
      const { type } = part
      if (type === 'text') readString(part['text'], `${place}.text`)
      else if (type === 'thinking') readString(part['thinking'], `${place}.thinking`)
      else throw invalidField(`${place}.type`, "it must be 'text' or 'thinking'.")
    }
  }
  const calls = readOptional(message['tool_calls'], `${param}.tool_calls`, readArray) ?? []
  for (const [index, value] of calls.entries()) {
    const place = `${param}.tool_calls[${index}]`
    const call = readObject(value, place)
    readNonEmptyString(call['id'], `${place}.id`)
    const called = readObject(call['function'], `${place}.function`)
    readNonEmptyString(called['name'], `${place}.function.name`)
    readOptional(called['arguments'], `${place}.function.arguments`, readString)
  }
}
