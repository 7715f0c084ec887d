import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  parseJsonOrUndefined,
} from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'
import type { ProgressWatch, StreamProgress } from '../passage.ts'
import { isUsage } from './usage.ts'

export function createProgressWatch(): ProgressWatch {
  let ended = false

  function read(data: string): StreamProgress {
    const answer = parseJsonOrUndefined(data)
    if (!isJsonObject(answer)) return 'Nothing'
    const { blockReason } = objectOrEmpty(answer['promptFeedback'])
    const candidate = arrayOrEmpty(answer['candidates']).find(isJsonObject)
    const ends = typeof candidate?.['finishReason'] === 'string' || blockReason !== undefined
    if (ends) ended = isUsage(objectOrEmpty(answer['usageMetadata']))
    const parts = arrayOrEmpty(objectOrEmpty(candidate?.['content'])['parts']).filter(isJsonObject)
    if (ends || parts.some(isContent)) return 'Content'
    // A model that thinks and does not tell its thoughts reports what they have cost so far.
    return parts.length === 0 && thoughts(answer) ? 'Thinking' : 'Nothing'
  }

  return {
    push(frames) {
      const bytes = asBuffer(frames)
      let progress: StreamProgress = 'Nothing'
      for (const data of sseData(bytes)) {
        const next = read(data)
        if (next !== 'Nothing' && progress !== 'Content') progress = next
      }
      return progress
    },
    get ended() {
      return ended
    },
  }
}

const isContent = (part: JsonObject): boolean => part['text'] !== ''

const thoughts = (answer: JsonObject): boolean =>
  objectOrEmpty(answer['usageMetadata'])['thoughtsTokenCount'] !== undefined
