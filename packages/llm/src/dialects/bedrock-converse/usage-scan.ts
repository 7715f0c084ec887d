import { type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import type { ModelError } from '../../errors/model-error.ts'
import { asBuffer } from '../../framing/as-buffer.ts'
import { jsonLines } from '../../framing/json-lines.ts'
import { createStreamTail } from '../../framing/stream-tail.ts'
import { lastObjectValue } from '../../json/last-object-value.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { errorOfEvent } from './errors.ts'
import { decodeUsage } from './usage.ts'

/** The usage in a whole answer that has been parsed. */
export function readUsage(answer: object): Usage | undefined {
  return decodeUsage((answer as JsonObject)['usage'])
}

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  return decodeUsage(
    lastObjectValue(
      asBuffer(body),
      'usage',
      (value) => numberOrUndefined(value['outputTokens']) !== undefined,
    ),
  )
}

interface StreamEnd {
  readonly bytes: Buffer
  readonly usage: Usage | undefined
  readonly complete: boolean
  readonly error: ModelError | undefined
}

/** Watches a stream that passes through: its last lines say how it ended. */
export function createStreamScanner(): StreamScanner {
  const tail = createStreamTail()
  let read: StreamEnd | undefined

  function end(): StreamEnd {
    const bytes = tail.bytes()
    if (read?.bytes !== bytes) read = { bytes, ...readEnd(jsonLines(bytes)) }
    return read
  }

  return {
    push: (chunk) => {
      tail.push(chunk)
    },
    get usage() {
      return end().usage
    },
    get complete() {
      return end().complete
    },
    get error() {
      return end().error
    },
  }
}

function readEnd(lines: readonly JsonObject[]): Omit<StreamEnd, 'bytes'> {
  const metadata = lines.findLast((line) => line['metadata'] !== undefined)?.['metadata']
  return {
    usage: decodeUsage(objectOrEmpty(metadata)['usage']),
    complete: lines.some((line) => line['messageStop'] !== undefined) || metadata !== undefined,
    error: lines.map(errorOfEvent).findLast((error) => error !== undefined),
  }
}
