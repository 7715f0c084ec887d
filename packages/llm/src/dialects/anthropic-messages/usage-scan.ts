import { isJsonObject, type JsonObject } from '@fairlead/base'
import { createStreamTail } from '../../framing/stream-tail.ts'
import { lastObjectValue } from '../../json/last-object-value.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { decodeUsage, mergeUsage } from './usage.ts'

/** The first event, `message_start`, tells the input's usage; it is seldom longer than 1 KiB. */
const headBytesMax = 16 * 1024

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return decodeUsage(lastObjectValue(bytes, 'usage', tellsInput))
}

/** The usage that a whole answer tells, after it was parsed. */
export function readUsage(answer: object): Usage | undefined {
  const value = 'usage' in answer ? answer.usage : undefined
  return isJsonObject(value) && tellsInput(value) ? decodeUsage(value) : undefined
}

function tellsInput(value: JsonObject): boolean {
  return typeof value['input_tokens'] === 'number'
}

function tellsOutput(value: JsonObject): boolean {
  return typeof value['output_tokens'] === 'number'
}

/** Watches a stream that passes: its first event and its last ones tell what it used. */
export function createStreamScanner(): StreamScanner {
  const tail = createStreamTail()
  let head: Uint8Array[] = []
  let headBytes = 0
  return {
    push(chunk) {
      tail.push(chunk)
      if (headBytes >= headBytesMax) return
      head.push(chunk)
      headBytes += chunk.length
    },
    get usage() {
      head = [Buffer.concat(head)]
      const started = lastObjectValue(Buffer.concat(head), 'usage', tellsInput) ?? {}
      const ended = lastObjectValue(tail.bytes(), 'usage', tellsOutput)
      const usage = mergeUsage(started, ended)
      return Object.keys(usage).length === 0 ? undefined : decodeUsage(usage)
    },
    get complete() {
      return /^event: ?message_stop\r?$/m.test(tail.bytes().toString('latin1'))
    },
  }
}
