import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  parseJsonOrUndefined,
} from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'
import type { ProgressWatch } from '../passage.ts'
import { readVendorContent } from './vendor-content.ts'

/** Keys of a delta whose text is part of an answer; inside JSON text their quotes are escaped. */
const textKeys = ['"content":', '"arguments":', '"reasoning_content":', '"reasoning":']
const quote = 0x22
const space = 0x20

/** Nearly every frame of a stream has text under one of few keys; only others are parsed. */
export function createProgressWatch(): ProgressWatch {
  let ended = false
  return {
    push(frames) {
      const bytes = asBuffer(frames)
      if (textKeys.some((key) => hasText(bytes, key))) return 'Content'
      const data = sseData(bytes)
      ended ||= data.at(-1) === '[DONE]'
      return data.some(isContent) ? 'Content' : 'Nothing'
    },
    get ended() {
      return ended
    },
  }
}

/** Whether any of several frames has text under a key: the first of a stream often has an empty one. */
function hasText(bytes: Buffer, key: string): boolean {
  let position = bytes.indexOf(key)
  while (position !== -1) {
    let start = position + key.length
    if (bytes[start] === space) start += 1
    if (bytes[start] === quote && bytes[start + 1] !== quote) return true
    position = bytes.indexOf(key, start)
  }
  return false
}

function isContent(data: string): boolean {
  const chunk = parseJsonOrUndefined(data)
  return isJsonObject(chunk) && arrayOrEmpty(chunk['choices']).some(hasContent)
}

function hasContent(value: unknown): boolean {
  const choice = objectOrEmpty(value)
  const delta: JsonObject = objectOrEmpty(choice['delta'] ?? choice['message'])
  const { text, reasoning } = readVendorContent(delta)
  return (
    text !== '' ||
    reasoning !== '' ||
    isGiven(choice['text']) ||
    isGiven(delta['refusal']) ||
    isGiven(delta['function_call']) ||
    isGiven(delta['audio']) ||
    arrayOrEmpty(delta['tool_calls']).length > 0 ||
    isGiven(choice['finish_reason'])
  )
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}
