import type { JsonObject } from '@fairlead/base'
import type { ContentPart, DialectExtras, Role } from '../../operations/chat/item.ts'
import {
  invalidField,
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import { decodeAnnotations } from './annotations.ts'
import { dialectName } from './dialect-name.ts'

/** Reads a message's content: text, or parts. An assistant's text is output, all other text input. */
export function decodeContent(value: unknown, role: Role, param: string): ContentPart[] {
  if (typeof value === 'string') {
    return [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: value }]
  }
  if (!Array.isArray(value)) {
    throw wrongType(param, 'a string or an array of content parts', value)
  }
  return readArray(value, param).map((part, index) => decodePart(part, `${param}[${index}]`))
}

/** Reads one part. What it says beyond the canonical form is kept in its `extras`. */
function decodePart(value: unknown, param: string): ContentPart {
  const part = readObject(value, param)
  const type = readString(part['type'], `${param}.type`)
  switch (type) {
    case 'input_text':
    // The older name, which servers still accept.
    case 'text':
      return {
        type: 'input_text',
        text: readString(part['text'], `${param}.text`),
        ...extrasOf(part, ['type', 'text']),
      }
    case 'output_text':
      return decodeOutputText(part, param)
    case 'refusal':
      return { type: 'refusal', refusal: readString(part['refusal'], `${param}.refusal`) }
    case 'input_image':
      return decodeImage(part, param)
    case 'input_file':
      return decodeFile(part, param)
    case 'input_audio':
      return decodeAudio(part, param)
    default:
      throw invalidField(
        `${param}.type`,
        `'${type.slice(0, 64)}' is not supported here; use 'input_text', 'input_image', 'input_file', 'output_text' or 'refusal'.`,
      )
  }
}

function decodeOutputText(part: JsonObject, param: string): ContentPart {
  const annotations = decodeAnnotations(part['annotations'])
  const logprobs = readOptional(part['logprobs'], `${param}.logprobs`, readArray) ?? []
  return {
    type: 'output_text',
    text: readString(part['text'], `${param}.text`),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(logprobs.length === 0 ? {} : { logprobs }),
  }
}

/** An image that the provider holds is a file whose extras say that it is meant as an image. */
function decodeImage(part: JsonObject, param: string): ContentPart {
  const { detail } = part
  const fileId = readOptional(part['file_id'], `${param}.file_id`, readNonEmptyString)
  if (fileId !== undefined) {
    const fields = { ...ownFields(part, ['file_id', 'image_url']), type: 'input_image' }
    return { type: 'input_file', file_id: fileId, extras: { dialect: dialectName, fields } }
  }
  const isPlain = detail === 'auto' || detail === 'low' || detail === 'high'
  return {
    type: 'input_image',
    image_url: readNonEmptyString(part['image_url'], `${param}.image_url`),
    ...(isPlain ? { detail } : {}),
    ...extrasOf(part, ['type', 'image_url', 'file_id', ...(isPlain ? ['detail'] : [])]),
  }
}

function decodeFile(part: JsonObject, param: string): ContentPart {
  const field = (name: string) => {
    const value = readOptional(part[name], `${param}.${name}`, readString)
    return value === undefined ? {} : { [name]: value }
  }
  const file = { ...field('file_id'), ...field('file_data'), ...field('file_url') }
  if (Object.keys(file).length === 0) {
    throw invalidField(param, `it has no file; give 'file_data', 'file_url' or 'file_id'.`)
  }
  return {
    type: 'input_file',
    ...field('filename'),
    ...file,
    ...extrasOf(part, ['type', 'filename', 'file_id', 'file_data', 'file_url']),
  }
}

function decodeAudio(part: JsonObject, param: string): ContentPart {
  const audio = readObject(part['input_audio'], `${param}.input_audio`)
  return {
    type: 'input_audio',
    data: readNonEmptyString(audio['data'], `${param}.input_audio.data`),
    format: readNonEmptyString(audio['format'], `${param}.input_audio.format`),
  }
}

/** The fields of an object that are given and not among the known ones. */
function ownFields(value: JsonObject, known: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([name, field]) => field !== null && !known.includes(name)),
  )
}

export function extrasOf(value: JsonObject, known: readonly string[]): { extras?: DialectExtras } {
  const fields = ownFields(value, known)
  return Object.keys(fields).length === 0 ? {} : { extras: { dialect: dialectName, fields } }
}
