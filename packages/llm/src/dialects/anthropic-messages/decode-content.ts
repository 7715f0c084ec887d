import type { ContentPart, Role } from '../../operations/chat/item.ts'
import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'
import {
  invalidField,
  readNonEmptyString,
  readObject,
  readString,
} from '../../json/request-field.ts'
import { decodeCitation } from './citations.ts'
import { decodePartFields, wholeBlock } from './part-fields.ts'

/**
 * Reads a block that is part of a message; `undefined` for blocks of tools that the provider runs
 * itself, compactions and the like, which are meaningful to that provider only.
 */
export function decodePart(block: JsonObject, role: Role, param: string): ContentPart | undefined {
  switch (readString(block['type'], `${param}.type`)) {
    case 'text':
      return decodeText(block, role, param)
    case 'image':
      return decodeImage(block, `${param}.source`)
    case 'document':
      return decodeDocument(block, `${param}.source`)
    case 'search_result':
      return { type: 'input_text', text: searchResultText(block), ...wholeBlock(block) }
    default:
      return undefined
  }
}

/** The same for a block in a tool's result, which has no place for anything but parts. */
export function decodeResultPart(block: JsonObject, param: string): ContentPart {
  const part = decodePart(block, 'user', param)
  if (part !== undefined) return part
  const name = block['tool_name']
  const text = typeof name === 'string' ? name : JSON.stringify(block)
  return { type: 'input_text', text, ...wholeBlock(block) }
}

function decodeText(block: JsonObject, role: Role, param: string): ContentPart {
  const text = readString(block['text'], `${param}.text`)
  if (role !== 'assistant') {
    return { type: 'input_text', text, ...decodePartFields(block, ['type', 'text']) }
  }
  const annotations = arrayOrEmpty(block['citations'])
    .filter(isJsonObject)
    .map((citation) => decodeCitation(citation, text.length))
  return {
    type: 'output_text',
    text,
    ...(annotations.length === 0 ? {} : { annotations }),
    ...decodePartFields(block, ['type', 'text', 'citations']),
  }
}

function decodeImage(block: JsonObject, param: string): ContentPart {
  const source = readObject(block['source'], param)
  const fields = decodePartFields(block, ['type', 'source'])
  switch (source['type']) {
    case 'base64':
      return { type: 'input_image', image_url: dataUrl(source, param), ...fields }
    case 'url':
      return {
        type: 'input_image',
        image_url: readNonEmptyString(source['url'], `${param}.url`),
        ...fields,
      }
    case 'file':
      return {
        type: 'input_file',
        file_id: readNonEmptyString(source['file_id'], `${param}.file_id`),
        // As a file it would be a document.
        ...wholeBlock(block),
      }
    default:
      throw invalidField(`${param}.type`, `expected 'base64', 'url' or 'file'.`)
  }
}

function decodeDocument(block: JsonObject, param: string): ContentPart {
  const source = readObject(block['source'], param)
  const { title } = block
  const file = {
    type: 'input_file',
    ...(typeof title === 'string' ? { filename: title } : {}),
  } as const
  const fields = decodePartFields(block, ['type', 'source', 'title'])
  switch (source['type']) {
    case 'base64':
      return { ...file, file_data: dataUrl(source, param), ...fields }
    case 'url':
      return { ...file, file_url: readNonEmptyString(source['url'], `${param}.url`), ...fields }
    case 'file':
      return {
        ...file,
        file_id: readNonEmptyString(source['file_id'], `${param}.file_id`),
        ...fields,
      }
    case 'text':
      return { ...file, file_data: textUrl(readString(source['data'], `${param}.data`)), ...fields }
    case 'content':
      return { ...file, file_data: textUrl(textOf(source['content'])), ...wholeBlock(block) }
    default:
      throw invalidField(`${param}.type`, `expected 'base64', 'url', 'file', 'text' or 'content'.`)
  }
}

/** A search result as a reader sees it: what it is called, where it stands, what it says. */
function searchResultText(block: JsonObject): string {
  const { title, source, content } = block
  const head = [title, source].filter((line) => typeof line === 'string' && line !== '')
  return [...head, textOf(content)].join('\n')
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return arrayOrEmpty(content)
    .flatMap((block) =>
      isJsonObject(block) && typeof block['text'] === 'string' ? block['text'] : [],
    )
    .join('\n')
}

function textUrl(text: string): string {
  return `data:text/plain;base64,${Buffer.from(text).toString('base64')}`
}

function dataUrl(source: JsonObject, param: string): string {
  const mediaType = readNonEmptyString(source['media_type'], `${param}.media_type`)
  return `data:${mediaType};base64,${readNonEmptyString(source['data'], `${param}.data`)}`
}
