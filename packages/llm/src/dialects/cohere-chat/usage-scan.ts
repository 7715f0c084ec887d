import { isJsonObject, type JsonObject, objectOrEmpty, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'
import { createStreamTail } from '../../framing/stream-tail.ts'
import { lastObjectValue } from '../../json/last-object-value.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { endFailure } from './errors.ts'
import { decodeUsage } from './usage.ts'

/** The usage in a whole answer that has been parsed. */
export function readUsage(answer: object): Usage | undefined {
  return decodeUsage(objectOrEmpty((answer as JsonObject)['usage']))
}

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  return decodeUsage(lastObjectValue(asBuffer(body), 'usage', isUsage))
}

function isUsage(value: JsonObject): boolean {
  return decodeUsage(value) !== undefined
}

/** Events after the last one of an answer: the stream's own end. */
const framesMax = 3

/** Watches a stream that passes through: its last event tells all of its end. */
export function createStreamScanner(): StreamScanner {
  const tail = createStreamTail()
  let read: { readonly bytes: Buffer; readonly end: JsonObject | undefined } | undefined

  function end(): JsonObject | undefined {
    const bytes = tail.bytes()
    if (read?.bytes !== bytes) read = { bytes, end: lastEnd(bytes) }
    return read.end
  }

  return {
    push: (chunk) => {
      tail.push(chunk)
    },
    get usage() {
      return decodeUsage(objectOrEmpty(end()?.['usage']))
    },
    get complete() {
      return end() !== undefined
    },
    get error() {
      return endFailure(end() ?? {})
    },
  }
}

/** The `delta` of the event that ends an answer. */
function lastEnd(tail: Buffer): JsonObject | undefined {
  if (!tail.includes('message-end')) return undefined
  const event = sseData(tail)
    .slice(-framesMax)
    .map(parseJsonOrUndefined)
    .filter(isJsonObject)
    .findLast(({ type }) => type === 'message-end')
  return event === undefined ? undefined : objectOrEmpty(event['delta'])
}
