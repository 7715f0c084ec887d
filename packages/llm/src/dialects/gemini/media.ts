import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { imageType } from '../../operations/chat/image-type.ts'

/** A blob as it stands on the wire. */
interface Blob {
  readonly mimeType: string
  /** Base64. */
  readonly data: string
}

/** https://ai.google.dev/gemini-api/docs/image-understanding#supported-formats */
const imageTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/heic',
  'image/heif',
])

const typeByExtension: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['gif', 'image/gif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
  ['xml', 'text/xml'],
  ['json', 'application/json'],
  ['mp3', 'audio/mp3'],
  ['wav', 'audio/wav'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/mov'],
  ['webm', 'video/webm'],
])

/** The type of a file, by the ending of its name or address; undefined if that says nothing. */
export function typeByName(name: string | undefined): string | undefined {
  const path = name?.split(/[?#]/, 1)[0] ?? ''
  const dot = path.lastIndexOf('.')
  return dot === -1 ? undefined : typeByExtension.get(path.slice(dot + 1).toLowerCase())
}

/**
 * An image as the API takes it: its type as its bytes say. Throws a ModelError 400 for one of a type
 * that no model reads.
 */
export function imageBlob({ mimeType, data }: Blob): Blob {
  const type = imageType(data, mimeType)
  if (imageTypes.has(type)) return { mimeType: type, data }
  throw unsupported(
    `This model does not read images of type ${type.slice(0, 64)}; send PNG, JPEG, WebP, HEIC or HEIF.`,
  )
}

/** The format of a sound as OpenAI names it, by its type, and back. */
export function audioFormat(mimeType: string): string {
  const subtype = mimeType.slice('audio/'.length)
  if (subtype === 'mpeg') return 'mp3'
  return subtype === 'x-wav' || subtype === 'wave' ? 'wav' : subtype
}

export function inlineData(blob: Blob): JsonObject {
  return { inlineData: { mimeType: blob.mimeType, data: blob.data } }
}

export function unsupported(message: string): ModelError {
  return new ModelError('invalid-request', message, { param: 'messages' })
}
