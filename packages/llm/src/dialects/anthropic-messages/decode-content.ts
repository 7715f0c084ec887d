import type { ContentPart, Role } from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readNonEmptyString,
  readObject,
  readString,
} from '../../json/request-field.ts'

/**
 * Reads a block that is part of a message; `undefined` for blocks of tools that the provider runs
 * itself, compactions and the like, which are meaningful to that provider only.
 */
export function decodePart(block: JsonObject, role: Role, param: string): ContentPart | undefined {
  switch (readString(block['type'], `${param}.type`)) {
    case 'text': {
      const text = readString(block['text'], `${param}.text`)
      return role === 'assistant' ? { type: 'output_text', text } : { type: 'input_text', text }
    }
    case 'image':
      return decodeImage(readObject(block['source'], `${param}.source`), `${param}.source`)
    case 'document':
      return decodeDocument(block, `${param}.source`)
    default:
      return undefined
  }
}

function decodeImage(source: JsonObject, param: string): ContentPart {
  switch (source['type']) {
    case 'base64':
      return { type: 'input_image', image_url: dataUrl(source, param) }
    case 'url':
      return { type: 'input_image', image_url: readNonEmptyString(source['url'], `${param}.url`) }
    case 'file':
      return {
        type: 'input_file',
        file_id: readNonEmptyString(source['file_id'], `${param}.file_id`),
      }
    default:
      throw invalidField(`${param}.type`, `expected 'base64', 'url' or 'file'.`)
  }
}

function decodeDocument(block: JsonObject, param: string): ContentPart {
  const source = readObject(block['source'], param)
  const filename = typeof block['title'] === 'string' ? { filename: block['title'] } : {}
  switch (source['type']) {
    case 'base64':
      return { type: 'input_file', ...filename, file_data: dataUrl(source, param) }
    case 'url':
      return {
        type: 'input_file',
        ...filename,
        file_url: readNonEmptyString(source['url'], `${param}.url`),
      }
    case 'file':
      return {
        type: 'input_file',
        ...filename,
        file_id: readNonEmptyString(source['file_id'], `${param}.file_id`),
      }
    case 'text': {
      const text = readString(source['data'], `${param}.data`)
      return {
        type: 'input_file',
        ...filename,
        file_data: `data:text/plain;base64,${Buffer.from(text).toString('base64')}`,
      }
    }
    default:
      throw invalidField(`${param}.type`, `expected 'base64', 'url', 'file' or 'text'.`)
  }
}

function dataUrl(source: JsonObject, param: string): string {
  const mediaType = readNonEmptyString(source['media_type'], `${param}.media_type`)
  return `data:${mediaType};base64,${readNonEmptyString(source['data'], `${param}.data`)}`
}
