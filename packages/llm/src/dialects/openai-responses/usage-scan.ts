import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { lastReport } from '../../framing/last-report.ts'
import { sseData } from '../../framing/sse-data.ts'
import { createStreamTail } from '../../framing/stream-tail.ts'
import { tokenBytes } from '../../framing/token-bytes.ts'
import { lastObjectValue } from '../../json/last-object-value.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { decodeEventError, isErrorEvent } from './errors.ts'
import { decodeUsage, isUsage } from './usage.ts'

/** Names of the events after which nothing follows and the answer is whole. */
const ends = ['response.completed', 'response.incomplete']
const endLines = ends.flatMap((name) => [`event: ${name}`, `event:${name}`])
const lineFeed = 0x0a
const carriageReturn = 0x0d
/** `[DONE]`, which some servers send, and the end stand among the last events. */
const lastEvents = 3

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  return decodeUsage(lastObjectValue(asBuffer(body), 'usage', isUsage))
}

/** The usage in a whole answer that has been parsed. */
export function readUsage(answer: object): Usage | undefined {
  return 'usage' in answer ? decodeUsage(answer.usage) : undefined
}

/**
 * Watches a stream that passes through. Its last event holds the whole answer and can be long: its
 * name is looked for as it comes, and its usage from its end.
 */
export function createStreamScanner(): StreamScanner {
  const tail = createStreamTail()
  let ended = false
  return {
    push(chunk) {
      tail.push(chunk)
      ended ||= endLines.some((line) => hasLine(asBuffer(chunk), line))
    },
    get usage() {
      return scanUsage(tail.bytes())
    },
    get tokenBytes() {
      return tokenBytes(tail.bytes(), ({ delta }) => [delta])
    },
    get complete() {
      return ended || sseData(tail.bytes()).slice(-lastEvents).some(isEnd)
    },
    get error() {
      const event = lastReport(tail.bytes(), isErrorEvent)
      return event === undefined ? undefined : decodeEventError(event)
    },
  }
}

function hasLine(bytes: Buffer, line: string): boolean {
  const position = bytes.indexOf(line)
  if (position <= 0) return position === 0
  const before = bytes[position - 1]
  return before === lineFeed || before === carriageReturn
}

/** For servers that send no names of events. */
function isEnd(data: string): boolean {
  if (!ends.some((name) => data.includes(name))) return false
  const event = parseJsonOrUndefined(data)
  return isJsonObject(event) && ends.some((name) => name === event['type'])
}
