import { isJsonObject, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { lastReport } from '../../framing/last-report.ts'
import { createStreamTail } from '../../framing/stream-tail.ts'
import { tokenBytes } from '../../framing/token-bytes.ts'
import { lastObjectValue } from '../../json/last-object-value.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { decodeInlineError } from './errors.ts'
import { decodeUsage, mergeUsage } from './usage.ts'

/** The first event, `message_start`, reports the input's usage; it is rarely longer than 1 KiB. */
const headBytesMax = 16 * 1024

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  return decodeUsage(lastObjectValue(asBuffer(body), 'usage', hasInputTokens))
}

/** The usage in a whole answer that has been parsed. */
export function readUsage(answer: object): Usage | undefined {
  const value = 'usage' in answer ? answer.usage : undefined
  return isJsonObject(value) && hasInputTokens(value) ? decodeUsage(value) : undefined
}

function hasInputTokens(value: JsonObject): boolean {
  return numberOrUndefined(value['input_tokens']) !== undefined
}

function hasOutputTokens(value: JsonObject): boolean {
  return numberOrUndefined(value['output_tokens']) !== undefined
}

/** Watches a stream that passes through: its first event and its last ones report the usage. */
export function createStreamScanner(): StreamScanner {
  const tail = createStreamTail()
  const head: Uint8Array[] = []
  let headBytes = 0
  return {
    push(chunk) {
      tail.push(chunk)
      if (headBytes >= headBytesMax) return
      head.push(chunk)
      headBytes += chunk.length
    },
    get usage() {
      const started = lastObjectValue(Buffer.concat(head), 'usage', hasInputTokens) ?? {}
      const ended = lastObjectValue(tail.bytes(), 'usage', hasOutputTokens)
      const usage = mergeUsage(started, ended)
      return Object.keys(usage).length === 0 ? undefined : decodeUsage(usage)
    },
    get tokenBytes() {
      return tokenBytes(tail.bytes(), ({ delta }) => {
        const { partial_json: json, text, thinking } = objectOrEmpty(delta)
        return [json, text, thinking]
      })
    },
    get error() {
      const frame = lastReport(tail.bytes(), ({ type }) => type === 'error')
      return frame === undefined ? undefined : decodeInlineError(frame)
    },
    get complete() {
      return /^event: ?message_stop\r?$/m.test(tail.bytes().toString('latin1'))
    },
  }
}
