import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { lastReport } from '../../framing/last-report.ts'
import { sseData } from '../../framing/sse-data.ts'
import { createStreamTail } from '../../framing/stream-tail.ts'
import { lastObjectValue, valueStart } from '../../json/last-object-value.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { decodeInlineError } from './errors.ts'
import { decodeUsage } from './usage.ts'

const finishKey = '"finish_reason"'
const doneWord = '[DONE]'

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  return decodeUsage(lastObjectValue(asBuffer(body), 'usage', isUsage))
}

/** The usage in a whole answer that has been parsed. */
export function readUsage(answer: object): Usage | undefined {
  const value = 'usage' in answer ? answer.usage : undefined
  return isUsage(value) ? decodeUsage(value) : undefined
}

function isUsage(value: unknown): value is JsonObject {
  return isJsonObject(value) && numberOrUndefined(value['prompt_tokens']) !== undefined
}

/**
 * Watches a stream that passes through as bytes. Decodes nothing meanwhile: keeps the last events
 * and scans them from the end on demand.
 */
export function createStreamScanner(): StreamScanner & {
  /** Whether `data: [DONE]` has arrived. */
  readonly done: boolean
  /** Whether a choice has sent its finish reason. */
  readonly finished: boolean
} {
  const tail = createStreamTail()
  return {
    push: (chunk) => tail.push(chunk),
    get usage() {
      return scanUsage(tail.bytes())
    },
    /** Most servers send a frame for each. */
    get tokenBytes() {
      const bytes = tail.bytes()
      const frames = sseData(bytes).length
      return frames === 0 ? undefined : bytes.length / frames
    },
    /** Some compatible servers end without `[DONE]`, others without a finish reason. */
    get complete() {
      return hasDoneLine(tail.bytes()) || hasFinishReason(tail.bytes())
    },
    get error() {
      const frame = lastReport(tail.bytes(), (chunk) => isGiven(chunk['error']))
      return frame === undefined ? undefined : decodeInlineError(frame)
    },
    get done() {
      return hasDoneLine(tail.bytes())
    },
    get finished() {
      return hasFinishReason(tail.bytes())
    },
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** A line that is `data: [DONE]`; the same word in text is inside JSON. */
function hasDoneLine(bytes: Buffer): boolean {
  const position = bytes.lastIndexOf(doneWord)
  if (position === -1) return false
  const ends = ['\n', '\r'].map((lineEnd) => bytes.lastIndexOf(lineEnd, position))
  const lineStart = Math.max(...ends) + 1
  return /^data:\s*$/.test(bytes.toString('latin1', lineStart, position))
}

function hasFinishReason(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  let position = text.lastIndexOf(finishKey)
  while (position !== -1) {
    const start = valueStart(text, position + finishKey.length)
    // Some servers send an empty reason until they know it.
    if (start !== undefined && text[start] === '"' && text[start + 1] !== '"') return true
    position = position === 0 ? -1 : text.lastIndexOf(finishKey, position - 1)
  }
  return false
}
