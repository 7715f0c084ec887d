import type { ContentPart } from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { imageType } from '../../operations/chat/image-type.ts'
import { type DataUrl, parseDataUrl } from '../../operations/chat/data-url.ts'
import { ownCitations } from './citations.ts'
import { withPartFields } from './part-fields.ts'

/** https://platform.claude.com/docs/en/build-with-claude/vision: what images may be. */
const imageTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
])

/** Writes content parts as blocks. Blank text is left out: the API rejects it. */
export function encodeParts(parts: readonly ContentPart[]): JsonObject[] {
  return parts.flatMap((part) => {
    const block = encodePart(part)
    if (block === undefined) return []
    const whole = withPartFields(block, part)
    return whole['type'] === 'text' && isBlank(whole['text']) ? [] : [whole]
  })
}

export function textBlocks(text: string): JsonObject[] {
  return isBlank(text) ? [] : [{ type: 'text', text }]
}

function isBlank(text: unknown): boolean {
  return typeof text !== 'string' || text.trim() === ''
}

function encodePart(part: ContentPart): JsonObject | undefined {
  switch (part.type) {
    case 'input_text':
      return { type: 'text', text: part.text }
    case 'output_text': {
      const citations = ownCitations(part.annotations)
      return { type: 'text', text: part.text, ...(citations.length === 0 ? {} : { citations }) }
    }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'input_image':
      return { type: 'image', source: encodeSource(part.image_url) }
    case 'input_file':
      return encodeFile(part)
    case 'output_file':
      return undefined
    case 'input_audio':
      throw unsupported(
        'This model takes no audio input. Send a transcript or choose another model.',
      )
  }
}

function encodeFile(part: Extract<ContentPart, { type: 'input_file' }>): JsonObject {
  const title = part.filename === undefined ? {} : { title: part.filename }
  if (part.file_data === undefined) {
    const source =
      part.file_url === undefined
        ? { type: 'file', file_id: part.file_id }
        : { type: 'url', url: part.file_url }
    return { type: 'document', source, ...title }
  }
  const data = parseDataUrl(part.file_data) ?? {
    mediaType: mediaTypeOf(part.filename),
    base64: part.file_data,
  }
  const { mediaType, base64 } = data
  if (mediaType.startsWith('image/')) return { type: 'image', source: imageSource(data) }
  if (mediaType.startsWith('text/') || mediaType === 'application/json') {
    const text = Buffer.from(base64, 'base64').toString('utf8')
    return {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: text },
      ...title,
    }
  }
  if (mediaType !== 'application/pdf') {
    throw unsupported(`This model does not accept files of type ${mediaType}; send PDF or text.`)
  }
  return {
    type: 'document',
    source: { type: 'base64', media_type: mediaType, data: base64 },
    ...title,
  }
}

function encodeSource(url: string): JsonObject {
  if (!url.startsWith('data:')) return { type: 'url', url }
  const data = parseDataUrl(url)
  if (data === undefined) {
    throw unsupported('An image URL is neither a web address nor a valid data URL.')
  }
  return imageSource(data)
}

function imageSource({ mediaType, base64 }: DataUrl): JsonObject {
  const type = imageType(base64, mediaType)
  if (!imageTypes.has(type)) {
    throw unsupported(
      `This model takes no images of type ${type}; send image/png, image/jpeg, image/gif or image/webp.`,
    )
  }
  return { type: 'base64', media_type: type, data: base64 }
}

function mediaTypeOf(filename: string | undefined): string {
  const extension = filename?.split('.').at(-1)?.toLowerCase()
  return extension !== undefined && ['txt', 'md', 'csv', 'json', 'html'].includes(extension)
    ? 'text/plain'
    : 'application/pdf'
}

function unsupported(message: string): ModelError {
  return new ModelError('invalid-request', message, { param: 'messages' })
}
