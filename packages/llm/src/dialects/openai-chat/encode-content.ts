import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import type { ContentPart, OutputFilePart } from '../../operations/chat/item.ts'
import { fileUrl, isSound } from './answer-files.ts'

/** Plain text stays a string: every compatible server accepts that, not all accept parts. */
export function encodeContent(
  parts: readonly ContentPart[],
  quirks: ServerQuirks,
): string | JsonObject[] {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) {
    const text = textOf(only)
    if (text !== undefined && !isMarked(only, quirks)) return text
  }
  return parts.length === 0 ? '' : parts.map((part) => encodePart(part, quirks))
}

/** The text of an assistant's or a tool's message, in parts only where these say more than a text. */
export function encodeTexts(
  parts: readonly ContentPart[],
  quirks: ServerQuirks,
  separator = '',
): string | JsonObject[] {
  const texts = parts.filter((part) => textOf(part) !== undefined)
  return texts.some((part) => isMarked(part, quirks))
    ? texts.map((part) => encodePart(part, quirks))
    : texts.map(textOf).join(separator)
}

export function textOf(part: ContentPart): string | undefined {
  return part.type === 'input_text' || part.type === 'output_text' ? part.text : undefined
}

function isMarked(part: ContentPart, { takesCacheControl }: ServerQuirks): boolean {
  const hasOwn = part.extras?.dialect === 'openai-chat'
  return hasOwn || (takesCacheControl === true && part.cache_control !== undefined)
}

function encodePart(part: ContentPart, { takesCacheControl }: ServerQuirks): JsonObject {
  const { cache_control: mark, extras } = part
  return {
    ...(extras?.dialect === 'openai-chat' ? extras.fields : {}),
    ...encodeBare(part),
    ...(mark === undefined || takesCacheControl !== true ? {} : { cache_control: mark }),
  }
}

function encodeBare(part: ContentPart): JsonObject {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'input_image': {
      const { image_url: url, detail } = part
      return { type: 'image_url', image_url: detail === undefined ? { url } : { url, detail } }
    }
    case 'output_file':
      return encodeMadeFile(part)
    case 'input_audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } }
    case 'input_file': {
      const { file_data: data, file_id: id, file_url: url, filename } = part
      if (url !== undefined && data === undefined) {
        throw new ModelError(
          'invalid-request',
          'This model does not accept files by URL; send the file itself as file_data.',
          { param: 'messages' },
        )
      }
      return {
        type: 'file',
        file: {
          ...(data === undefined ? {} : { filename: filename ?? nameOf(data), file_data: data }),
          ...(data !== undefined || filename === undefined ? {} : { filename }),
          ...(id === undefined ? {} : { file_id: id }),
        },
      }
    }
  }
}

/** A file that a model made, sent as one that the user has. */
function encodeMadeFile(file: OutputFilePart): JsonObject {
  const { data, media_type: mediaType } = file
  if (isSound(file)) {
    const format = mediaType === 'audio/mpeg' ? 'mp3' : mediaType.slice('audio/'.length)
    return { type: 'input_audio', input_audio: { data, format } }
  }
  const url = fileUrl(file)
  return mediaType.startsWith('image/')
    ? { type: 'image_url', image_url: { url } }
    : { type: 'file', file: { filename: nameOf(url), file_data: url } }
}

/** A file needs a name: https://platform.openai.com/docs/guides/pdf-files?api-mode=chat */
function nameOf(dataUrl: string): string {
  const [, subtype = 'pdf'] = /^data:[\w.+-]+\/([\w.+-]+)/.exec(dataUrl) ?? []
  return `file.${subtype === 'plain' ? 'txt' : subtype}`
}
