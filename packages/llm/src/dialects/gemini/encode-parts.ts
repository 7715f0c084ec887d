import type { JsonObject } from '@fairlead/base'
import { parseDataUrl } from '../../operations/chat/data-url.ts'
import type { ContentPart } from '../../operations/chat/item.ts'
import { imageBlob, inlineData, typeByName, unsupported } from './media.ts'
import { dialectName } from './sealed-parts.ts'

/** Writes content parts. Empty text is left out: it says nothing. */
export function encodeParts(parts: readonly ContentPart[]): JsonObject[] {
  return parts.flatMap((part) => {
    const written = encodePart(part)
    if (written === undefined) return []
    const { mimeType: _, ...fields } = ownFields(part)
    return [{ ...written, ...fields }]
  })
}

function encodePart(part: ContentPart): JsonObject | undefined {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return textPart(part.text)
    case 'refusal':
      return textPart(part.refusal)
    case 'input_image':
      return encodeImage(part.image_url, ownType(part))
    case 'input_audio':
      return inlineData({ mimeType: `audio/${part.format}`, data: part.data })
    case 'input_file':
      return encodeFile(part)
    case 'output_file':
      return inlineData({ mimeType: part.media_type, data: part.data })
  }
}

function textPart(text: string): JsonObject | undefined {
  return text === '' ? undefined : { text }
}

function encodeImage(url: string, type: string | undefined): JsonObject {
  if (!url.startsWith('data:')) return fileData(url, type ?? typeByName(url))
  const blob = parseDataUrl(url)
  if (blob === undefined) {
    throw unsupported('An image URL is neither a web address nor a valid data URL.')
  }
  return inlineData(imageBlob({ mimeType: blob.mediaType, data: blob.base64 }))
}

function encodeFile(part: Extract<ContentPart, { type: 'input_file' }>): JsonObject {
  const { file_data: data, file_id: id, file_url: url, filename } = part
  if (data === undefined) {
    return fileData(url ?? id ?? '', ownType(part) ?? typeByName(filename) ?? typeByName(url))
  }
  const read = parseDataUrl(data)
  const blob =
    read === undefined
      ? { mimeType: typeByName(filename) ?? 'application/pdf', data }
      : { mimeType: read.mediaType, data: read.base64 }
  return inlineData(blob.mimeType.startsWith('image/') ? imageBlob(blob) : blob)
}

function fileData(fileUri: string, mimeType: string | undefined): JsonObject {
  return { fileData: { fileUri, ...(mimeType === undefined ? {} : { mimeType }) } }
}

function ownFields({ extras }: ContentPart): JsonObject {
  return extras?.dialect === dialectName ? extras.fields : {}
}

function ownType(part: ContentPart): string | undefined {
  const { mimeType } = ownFields(part)
  return typeof mimeType === 'string' ? mimeType : undefined
}
