import type { JsonObject } from '@fairlead/base'
import { readNonEmptyString, readOptional, readString } from '../../json/request-field.ts'
import type { ContentPart, DialectExtras } from '../../operations/chat/item.ts'
import { audioFormat } from './media.ts'
import { dialectName } from './sealed-parts.ts'
import { fieldOf } from './spelling.ts'

/** Reads `inlineData` of a user's part. */
export function decodeInlineData(blob: JsonObject, param: string): ContentPart {
  const mimeType = readNonEmptyString(fieldOf(blob, 'mimeType', param), `${param}.mimeType`)
  const data = readString(blob['data'], `${param}.data`)
  if (mimeType.startsWith('image/')) {
    return { type: 'input_image', image_url: `data:${mimeType};base64,${data}` }
  }
  if (mimeType.startsWith('audio/')) {
    return { type: 'input_audio', data, format: audioFormat(mimeType) }
  }
  const filename = readOptional(
    fieldOf(blob, 'displayName', param),
    `${param}.displayName`,
    readString,
  )
  return {
    type: 'input_file',
    ...(filename === undefined ? {} : { filename }),
    file_data: `data:${mimeType};base64,${data}`,
  }
}

/**
 * Reads `fileData`: a file of Google's Files API or Cloud Storage has an id, any other an address. Its
 * type is kept for Gemini, because it cannot always be told from the address.
 */
export function decodeFileData(file: JsonObject, param: string): ContentPart {
  const uri = readNonEmptyString(fieldOf(file, 'fileUri', param), `${param}.fileUri`)
  const mimeType = readOptional(fieldOf(file, 'mimeType', param), `${param}.mimeType`, readString)
  const extras = mimeType === undefined ? {} : { extras: ownFields({ mimeType }) }
  if (!/^https?:/.test(uri) || /googleapis\.com\/.*\bfiles\//.test(uri)) {
    return { type: 'input_file', file_id: uri, ...extras }
  }
  return mimeType?.startsWith('image/') === true
    ? { type: 'input_image', image_url: uri, ...extras }
    : { type: 'input_file', file_url: uri, ...extras }
}

export function ownFields(fields: JsonObject): DialectExtras {
  return { dialect: dialectName, fields }
}
