import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type { OutputFilePart } from '../../operations/chat/item.ts'

/** How the formats of sound begin, in base64; an answer does not name its format. */
const soundBeginnings: readonly (readonly [beginning: string, mediaType: string])[] = [
  ['UklGR', 'audio/wav'],
  ['SUQz', 'audio/mpeg'],
  ['//', 'audio/mpeg'],
  ['ZkxhQ', 'audio/flac'],
  ['T2dn', 'audio/ogg'],
]
/** Raw samples, OpenAI's `pcm16`, have no beginning of their own. */
const rawSound = 'audio/pcm'

/** Speech of an answer: https://platform.openai.com/docs/guides/audio?example=audio-out */
export function decodeAudio(audio: JsonObject): OutputFilePart | undefined {
  const { data, id, transcript } = audio
  const expiresAt = numberOrUndefined(audio['expires_at'])
  if (typeof data !== 'string' || data === '') return undefined
  const known = soundBeginnings.find(([beginning]) => data.startsWith(beginning))
  return {
    type: 'output_file',
    ...(typeof id === 'string' ? { id } : {}),
    media_type: known?.[1] ?? rawSound,
    data,
    ...(typeof transcript === 'string' ? { transcript } : {}),
    ...(expiresAt === undefined
      ? {}
      : { extras: { dialect: 'openai-chat', fields: { expires_at: expiresAt } } }),
  }
}

function encodeAudio({ data, extras, id = '', transcript = '' }: OutputFilePart): JsonObject {
  const own = extras?.dialect === 'openai-chat' ? extras.fields['expires_at'] : undefined
  return { id, data, transcript, expires_at: typeof own === 'number' ? own : 0 }
}

const dataUrl = /^data:([^;,]+);base64,/

/**
 * Images of an answer, in OpenRouter's form:
 * https://openrouter.ai/docs/features/multimodal/image-generation
 */
export function decodeImages(images: unknown): OutputFilePart[] {
  return arrayOrEmpty(images)
    .filter(isJsonObject)
    .flatMap((image) => {
      const url = stringOrUndefined(objectOrEmpty(image['image_url'])['url']) ?? ''
      const [start = '', mediaType = ''] = dataUrl.exec(url) ?? []
      return start === ''
        ? []
        : [{ type: 'output_file', media_type: mediaType, data: url.slice(start.length) } as const]
    })
}

function encodeImage(file: OutputFilePart, index: number): JsonObject {
  return { type: 'image_url', image_url: { url: fileUrl(file) }, index }
}

export function fileUrl({ data, media_type: mediaType }: OutputFilePart): string {
  return `data:${mediaType};base64,${data}`
}

export function isSound({ media_type: mediaType }: OutputFilePart): boolean {
  return mediaType.startsWith('audio/')
}

/**
 * The fields of a message for the files of an answer: its last sound, of which a message has one,
 * and its images, numbered from `firstImage` on. There is no place for others.
 */
export function encodeFiles(files: readonly OutputFilePart[], firstImage = 0): JsonObject {
  const sound = files.findLast(isSound)
  const images = files.filter(({ media_type: mediaType }) => mediaType.startsWith('image/'))
  return {
    ...(sound === undefined ? {} : { audio: encodeAudio(sound) }),
    ...(images.length === 0
      ? {}
      : { images: images.map((image, index) => encodeImage(image, firstImage + index)) }),
  }
}
