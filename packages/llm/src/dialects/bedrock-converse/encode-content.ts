import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { Annotation, ContentPart } from '../../operations/chat/item.ts'
import { imageType } from '../../operations/chat/image-type.ts'
import { type DataUrl, parseDataUrl } from '../../operations/chat/data-url.ts'
import { cachePoint } from './cache-point.ts'
import { encodeCitation } from './citations.ts'
import { dialectName } from './dialect-name.ts'
import type { DocumentNames } from './document-names.ts'
import { given } from './given.ts'
import { documentFormats, formatOf, imageFormats, unsupportedMedia, videoFormats } from './media.ts'

type Part<T extends ContentPart['type']> = Extract<ContentPart, { type: T }>

/** Writes content parts as blocks. Blank text is left out: the API refuses it. */
export function encodeParts(parts: readonly ContentPart[], names: DocumentNames): JsonObject[] {
  return parts.flatMap((part) => {
    const block = encodePart(part, names)
    if (block === undefined) return []
    return part.cache_control === undefined ? [block] : [block, cachePoint(part.cache_control)]
  })
}

export function textBlock(text: string): JsonObject | undefined {
  return text.trim() === '' ? undefined : { text }
}

/** Text, with what it is based on if there is any. */
export function citedBlock(text: string, annotations: readonly Annotation[]): JsonObject {
  if (annotations.length === 0) return { text }
  return { citationsContent: { content: [{ text }], citations: annotations.map(encodeCitation) } }
}

function encodePart(part: ContentPart, names: DocumentNames): JsonObject | undefined {
  switch (part.type) {
    case 'input_text':
      return ownBlock(part) ?? textBlock(part.text)
    case 'output_text':
      return part.text.trim() === '' ? undefined : citedBlock(part.text, part.annotations ?? [])
    case 'refusal':
      return textBlock(part.refusal)
    case 'input_image':
      return encodeImage(part)
    case 'input_file':
      return encodeFile(part, names)
    case 'input_audio':
      return { audio: { format: part.format, source: { bytes: part.data } } }
    case 'output_file':
      return encodeMade(part)
  }
}

/** What has no form elsewhere, such as the JSON of a tool's result. */
function ownBlock({ extras }: Part<'input_text'>): JsonObject | undefined {
  const fields = extras?.dialect === dialectName ? extras.fields : undefined
  return fields !== undefined && /^(?:json|searchResult)$/.test(Object.keys(fields)[0] ?? '')
    ? fields
    : undefined
}

/** An image that a model made; a block of any other kind cannot be sent back. */
export function encodeMade({
  data,
  media_type: type,
}: Part<'output_file'>): JsonObject | undefined {
  const format = formatOf(imageFormats, type)
  return format === undefined ? undefined : { image: { format, source: { bytes: data } } }
}

function encodeImage({ extras, image_url: url }: Part<'input_image'>): JsonObject {
  const own = extras?.dialect === dialectName ? extras.fields : {}
  if (url.startsWith('s3://')) {
    const format = url.split('.').at(-1)?.toLowerCase() ?? ''
    return {
      image: {
        format: formatOf(imageFormats, `image/${format}`) ?? 'png',
        source: { s3Location: { uri: url } },
        ...own,
      },
    }
  }
  const data = parseDataUrl(url)
  if (data === undefined) {
    throw unsupportedMedia(
      'This model takes images only as data, or from S3. Send the image itself as a data URL.',
    )
  }
  return imageOf(data, own)
}

function imageOf({ base64, mediaType }: DataUrl, own: JsonObject): JsonObject {
  const type = imageType(base64, mediaType)
  const format = formatOf(imageFormats, type)
  if (format === undefined) {
    throw unsupportedMedia(
      `This model does not accept images of type ${type}; send PNG, JPEG, GIF or WebP.`,
    )
  }
  return { image: { format, source: { bytes: base64 }, ...own } }
}

function encodeFile(part: Part<'input_file'>, names: DocumentNames): JsonObject {
  const { extras, file_data: fileData, file_url: url, filename } = part
  const own = extras?.dialect === dialectName ? extras.fields : {}
  if (isJsonObject(own['video'])) return { video: own['video'] }
  const extension = filename?.includes('.') ? filename.split('.').at(-1)?.toLowerCase() : undefined
  if (fileData === undefined) {
    if (url?.startsWith('s3://') !== true) {
      throw unsupportedMedia(
        'This model takes files only as data, or from S3. Send the file itself as a data URL.',
      )
    }
    const format = extension ?? url.split('.').at(-1)?.toLowerCase()
    const source = { s3Location: { uri: url } }
    return { document: { format, name: names.next(filename), source, ...own } }
  }
  const data = parseDataUrl(fileData)
  const mediaType = data?.mediaType ?? ''
  const base64 = data?.base64 ?? fileData
  if (mediaType.startsWith('image/')) return imageOf({ mediaType, base64 }, {})
  const video = formatOf(videoFormats, mediaType)
  if (video !== undefined) return { video: { format: video, source: { bytes: base64 } } }
  const format = documentFormat(mediaType, extension)
  if (format === undefined) {
    throw unsupportedMedia(
      `This model does not accept files of type ${mediaType || 'unknown'}; send PDF, text or an Office document.`,
    )
  }
  return {
    document: given({ format, name: names.next(filename), source: { bytes: base64 }, ...own }),
  }
}

/** By the name where it says more than the type, as Markdown's does. */
function documentFormat(mediaType: string, extension: string | undefined): string | undefined {
  const named = documentFormats.find(([format]) => format === extension)?.[0]
  if (mediaType === '' || mediaType === 'application/octet-stream') return named ?? 'pdf'
  const typed = formatOf(documentFormats, mediaType)
  if (typed === 'txt') return named ?? 'txt'
  return typed ?? (mediaType.startsWith('text/') ? 'txt' : undefined)
}
