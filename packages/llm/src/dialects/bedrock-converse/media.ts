import { ModelError } from '../../errors/model-error.ts'

/** The formats of a kind of media, by Bedrock's name and by its type. */
type Formats = readonly (readonly [format: string, mediaType: string])[]

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html */
export const imageFormats: Formats = [
  ['png', 'image/png'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
]

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html */
export const documentFormats: Formats = [
  ['pdf', 'application/pdf'],
  ['csv', 'text/csv'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['html', 'text/html'],
  ['txt', 'text/plain'],
  ['txt', 'application/json'],
  ['md', 'text/markdown'],
]

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_VideoBlock.html */
export const videoFormats: Formats = [
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
  ['mkv', 'video/x-matroska'],
  ['webm', 'video/webm'],
  ['flv', 'video/x-flv'],
  ['mpeg', 'video/mpeg'],
  ['mpg', 'video/mpg'],
  ['wmv', 'video/x-ms-wmv'],
  ['three_gp', 'video/3gpp'],
]

export function formatOf(formats: Formats, mediaType: string): string | undefined {
  return formats.find(([, type]) => type === mediaType)?.[0]
}

/** Of a format that is not known, a type of its name. */
export function mediaTypeOf(formats: Formats, format: string, kind: string): string {
  return formats.find(([name]) => name === format)?.[1] ?? `${kind}/${format}`
}

export function dataUrl(mediaType: string, base64: string): string {
  return `data:${mediaType};base64,${base64}`
}

export function unsupportedMedia(message: string): ModelError {
  return new ModelError('invalid-request', message, { param: 'messages' })
}
