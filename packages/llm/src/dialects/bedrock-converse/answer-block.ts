import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { NativeItem, OutputFilePart } from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'
import { without } from './given.ts'
import { answerToolName } from './json-answer.ts'
import { imageFormats, mediaTypeOf } from './media.ts'

/** What an answer's block is, before anything of it is read. */
export type BlockKind = 'text' | 'cited' | 'reasoning' | 'call' | 'answer' | 'image' | 'native'

/** `toolUse` with a type is a tool that Bedrock runs itself. */
export function kindOf(block: JsonObject): BlockKind {
  const { citationsContent, image, reasoningContent, text, toolUse } = block
  if (text !== undefined) return 'text'
  if (isJsonObject(citationsContent)) return 'cited'
  if (isJsonObject(reasoningContent)) return 'reasoning'
  if (isJsonObject(image)) return 'image'
  if (!isJsonObject(toolUse) || toolUse['type'] !== undefined) return 'native'
  return toolUse['name'] === answerToolName ? 'answer' : 'call'
}

export function nativeItem(block: JsonObject): NativeItem {
  return { type: 'fairlead:native', role: 'assistant', dialect: dialectName, block }
}

/** An image with its bytes; undefined for one that is elsewhere, or was refused. */
export function fileOf(image: JsonObject): OutputFilePart | undefined {
  const data = stringOrUndefined(objectOrEmpty(image['source'])['bytes'])
  if (data === undefined) return undefined
  const format = stringOrUndefined(image['format']) ?? 'png'
  return { type: 'output_file', media_type: mediaTypeOf(imageFormats, format, 'image'), data }
}

/** How a call begins: its id, its name, and what else it has. */
export function callStart(toolUse: JsonObject, index: number) {
  const fields = without(toolUse, ['toolUseId', 'name', 'input'])
  return {
    type: 'tool-call-start' as const,
    index,
    id: stringOrUndefined(toolUse['toolUseId']) ?? `tooluse_${index}`,
    name: stringOrUndefined(toolUse['name']) ?? '',
    ...(Object.keys(fields).length === 0 ? {} : { extras: { dialect: dialectName, fields } }),
  }
}
