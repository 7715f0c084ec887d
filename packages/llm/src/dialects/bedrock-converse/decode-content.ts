import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import { readString } from '../../json/request-field.ts'
import type { ContentPart } from '../../operations/chat/item.ts'
import { decodeCitation } from './citations.ts'
import { dialectName } from './dialect-name.ts'
import { without } from './given.ts'
import { dataUrl, documentFormats, imageFormats, mediaTypeOf, videoFormats } from './media.ts'

type Speaker = 'user' | 'assistant'

/** The part of a message that a block is; undefined for a block that only this dialect knows. */
export function decodePart(
  block: JsonObject,
  speaker: Speaker,
  param: string,
): ContentPart | undefined {
  if (block['text'] !== undefined) {
    const text = readString(block['text'], `${param}.text`)
    return speaker === 'user' ? { type: 'input_text', text } : { type: 'output_text', text }
  }
  const { audio, citationsContent, document, image, video } = block
  if (isJsonObject(image)) return decodeImage(image, speaker)
  if (isJsonObject(document)) return decodeDocument(document)
  if (isJsonObject(video)) return decodeVideo(video)
  if (isJsonObject(audio)) return decodeAudio(audio)
  return isJsonObject(citationsContent) ? decodeCited(citationsContent) : undefined
}

/** Text with what it is based on. */
export function decodeCited(block: JsonObject): Extract<ContentPart, { type: 'output_text' }> {
  const text = arrayOrEmpty(block['content'])
    .map((part) => stringOrUndefined(objectOrEmpty(part)['text']) ?? '')
    .join('')
  const annotations = arrayOrEmpty(block['citations']).map(decodeCitation)
  return { type: 'output_text', text, ...(annotations.length === 0 ? {} : { annotations }) }
}

function decodeImage(image: JsonObject, speaker: Speaker): ContentPart | undefined {
  const mediaType = mediaTypeOf(imageFormats, stringOrUndefined(image['format']) ?? 'png', 'image')
  const { bytes, uri } = sourceOf(image)
  if (speaker === 'assistant') {
    return bytes === undefined
      ? undefined
      : { type: 'output_file', media_type: mediaType, data: bytes }
  }
  const url = bytes === undefined ? uri : dataUrl(mediaType, bytes)
  return url === undefined
    ? undefined
    : {
        type: 'input_image',
        image_url: url,
        ...extras(image, ['format', 'source'], bytes === undefined),
      }
}

function decodeDocument(document: JsonObject): ContentPart | undefined {
  const format = stringOrUndefined(document['format'])
  const name = stringOrUndefined(document['name'])
  const { bytes, text, uri } = sourceOf(document)
  const filename = name === undefined || format === undefined ? name : `${name}.${format}`
  const named = filename === undefined ? {} : { filename }
  const kept = extras(document, ['format', 'name', 'source'], bytes === undefined)
  if (uri !== undefined) return { type: 'input_file', ...named, file_url: uri, ...kept }
  const mediaType = mediaTypeOf(documentFormats, format ?? 'txt', 'application')
  const data = bytes ?? (text === undefined ? undefined : Buffer.from(text).toString('base64'))
  if (data === undefined) return undefined
  return { type: 'input_file', ...named, file_data: dataUrl(mediaType, data), ...kept }
}

function decodeVideo(video: JsonObject): ContentPart | undefined {
  const mediaType = mediaTypeOf(videoFormats, stringOrUndefined(video['format']) ?? 'mp4', 'video')
  const { bytes, uri } = sourceOf(video)
  if (bytes !== undefined) return { type: 'input_file', file_data: dataUrl(mediaType, bytes) }
  if (uri === undefined) return undefined
  // Its format says that it is a video.
  return { type: 'input_file', file_url: uri, extras: { dialect: dialectName, fields: { video } } }
}

function decodeAudio(audio: JsonObject): ContentPart | undefined {
  const { bytes } = sourceOf(audio)
  const format = stringOrUndefined(audio['format'])
  if (bytes === undefined || format === undefined) return undefined
  return { type: 'input_audio', data: bytes, format }
}

function sourceOf(media: JsonObject) {
  const source = objectOrEmpty(media['source'])
  return {
    bytes: stringOrUndefined(source['bytes']),
    text: stringOrUndefined(source['text']),
    uri: stringOrUndefined(objectOrEmpty(source['s3Location'])['uri']),
  }
}

/** What has no name elsewhere; the source as well, where it is more than data. */
function extras(media: JsonObject, known: readonly string[], withSource: boolean) {
  const { format, source, ...rest } = media
  const fields = {
    ...without(rest, known),
    ...(withSource ? { source, ...(format === undefined ? {} : { format }) } : {}),
  }
  return Object.keys(fields).length === 0 ? {} : { extras: { dialect: dialectName, fields } }
}
