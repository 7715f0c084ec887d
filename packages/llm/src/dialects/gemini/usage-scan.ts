import { arrayOrEmpty, isJsonObject, objectOrEmpty } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { lastReport } from '../../framing/last-report.ts'
import { createStreamTail } from '../../framing/stream-tail.ts'
import { tokenBytes } from '../../framing/token-bytes.ts'
import { lastObjectValue } from '../../json/last-object-value.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { decodeInlineError } from './errors.ts'
import { decodeUsage, isUsage } from './usage.ts'

/** What says that an answer has come to its end. In the text of an answer its quotes are escaped. */
const endMark = /"(?:finishReason|blockReason)"\s*:\s*"/
const endWord = Buffer.from('Reason"')
/** As long as the mark and the space in it may be. */
const overlapBytes = 64

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  return decodeUsage(lastObjectValue(asBuffer(body), 'usageMetadata', isUsage))
}

/** The usage in a whole answer that has been parsed. */
export function readUsage(answer: object): Usage | undefined {
  return 'usageMetadata' in answer ? decodeUsage(answer.usageMetadata) : undefined
}

/** Watches a stream that passes through: its last piece says why it ended, and what it used. */
export function createStreamScanner(): StreamScanner {
  const tail = createStreamTail()
  let before = Buffer.alloc(0)
  let complete = false
  return {
    push(chunk) {
      tail.push(chunk)
      if (complete) return
      const bytes = Buffer.concat([before, chunk])
      complete = bytes.includes(endWord) && endMark.test(bytes.toString('latin1'))
      before = bytes.subarray(-overlapBytes)
    },
    get usage() {
      return decodeUsage(lastObjectValue(tail.bytes(), 'usageMetadata', isUsage))
    },
    get tokenBytes() {
      return tokenBytes(tail.bytes(), ({ candidates }) =>
        arrayOrEmpty(candidates)
          .flatMap((each) => arrayOrEmpty(objectOrEmpty(objectOrEmpty(each)['content'])['parts']))
          .map((part) => objectOrEmpty(part)['text']),
      )
    },
    get error() {
      const frame = lastReport(tail.bytes(), ({ error }) => isJsonObject(error))
      return frame === undefined ? undefined : decodeInlineError(frame)
    },
    get complete() {
      return complete
    },
  }
}
