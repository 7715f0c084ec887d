import type { ContentPart } from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import { cacheControlField } from './cache-control.ts'
import { partExtras } from './part-extras.ts'
import {
  invalidField,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'

/** Reads one part of a user or tool message. */
export function decodeInputPart(value: unknown, param: string): ContentPart {
  const part = readObject(value, param)
  const type = readString(part['type'], `${param}.type`)
  const marks = { ...cacheControlField(part, param), ...partExtras(part, [type]) }
  switch (type) {
    case 'text':
      return { type: 'input_text', text: readString(part['text'], `${param}.text`), ...marks }
    case 'image_url': {
      const path = `${param}.image_url`
      return { ...decodeImage(readObject(part['image_url'], path), path), ...marks }
    }
    case 'input_audio': {
      const audio = readObject(part['input_audio'], `${param}.input_audio`)
      return {
        type: 'input_audio',
        data: readNonEmptyString(audio['data'], `${param}.input_audio.data`),
        format: readNonEmptyString(audio['format'], `${param}.input_audio.format`),
        ...marks,
      }
    }
    case 'file':
      return { ...decodeFile(readObject(part['file'], `${param}.file`), `${param}.file`), ...marks }
    default:
      throw unknownPart(type, param, `'text', 'image_url', 'input_audio' or 'file'`)
  }
}

/** Reads one part of a system or developer message. */
export function decodeTextPart(value: unknown, param: string): ContentPart {
  const part = readObject(value, param)
  const type = readString(part['type'], `${param}.type`)
  if (type !== 'text') throw unknownPart(type, param, `'text'`)
  return textPart(part, param, 'input_text')
}

/** Reads one part of an assistant message. */
export function decodeAssistantPart(value: unknown, param: string): ContentPart {
  const part = readObject(value, param)
  const type = readString(part['type'], `${param}.type`)
  switch (type) {
    case 'text':
      return textPart(part, param, 'output_text')
    case 'refusal':
      return {
        type: 'refusal',
        refusal: readString(part['refusal'], `${param}.refusal`),
        ...cacheControlField(part, param),
      }
    default:
      throw unknownPart(type, param, `'text' or 'refusal'`)
  }
}

function textPart<Type extends 'input_text' | 'output_text'>(
  part: JsonObject,
  param: string,
  type: Type,
) {
  return {
    type,
    text: readString(part['text'], `${param}.text`),
    ...cacheControlField(part, param),
    ...partExtras(part, ['text']),
  }
}

function decodeImage(image: JsonObject, param: string): ContentPart {
  const detail = image['detail'] ?? undefined
  if (detail !== undefined && detail !== 'auto' && detail !== 'low' && detail !== 'high') {
    throw invalidField(`${param}.detail`, `expected 'auto', 'low' or 'high'.`)
  }
  const url = readNonEmptyString(image['url'], `${param}.url`)
  return { type: 'input_image', image_url: url, ...(detail === undefined ? {} : { detail }) }
}

function decodeFile(file: JsonObject, param: string): ContentPart {
  const field = (name: string) => {
    const value = readOptional(file[name], `${param}.${name}`, readString)
    return value === undefined ? {} : { [name]: value }
  }
  const part = {
    ...field('filename'),
    ...field('file_id'),
    ...field('file_data'),
    ...field('file_url'),
  }
  if (!('file_id' in part) && !('file_data' in part) && !('file_url' in part)) {
    throw invalidField(param, `it has no file; give 'file_data' or 'file_id'.`)
  }
  return { type: 'input_file', ...part }
}

function unknownPart(type: string, param: string, known: string) {
  return invalidField(`${param}.type`, `'${type}' is not supported here; use ${known}.`)
}
