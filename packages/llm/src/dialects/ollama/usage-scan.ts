import { type JsonObject, isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { jsonLines } from '../../framing/json-lines.ts'
import { createStreamTail } from '../../framing/stream-tail.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamScanner } from '../passage.ts'
import { decodeInlineError } from './errors.ts'
import { decodeUsage } from './usage.ts'

/** The counts stand at the end of an answer, after its text. */
const countsWithin = 4096

/** The usage in a whole answer that has been parsed. */
export function readUsage(answer: object): Usage | undefined {
  return decodeUsage(answer as JsonObject)
}

/** The usage in the bytes of a whole answer, read from its end. */
export function scanUsage(body: Uint8Array): Usage | undefined {
  const end = asBuffer(body).subarray(-countsWithin).toString('latin1')
  const count = (name: string) => {
    const found = [...end.matchAll(new RegExp(`"${name}" ?: ?(\\d+)`, 'g'))].at(-1)
    return found === undefined ? {} : { [name]: Number(found[1]) }
  }
  return decodeUsage({ ...count('prompt_eval_count'), ...count('eval_count') })
}

/** Watches a stream that passes through: its last line reports the usage. */
export function createStreamScanner(): StreamScanner {
  const tail = createStreamTail()
  let read: { readonly bytes: Buffer; readonly line: JsonObject } | undefined

  /** The last line; the first of what is kept may be cut, and is the last only of a short stream. */
  function last(): JsonObject {
    const bytes = tail.bytes()
    if (read?.bytes !== bytes) read = { bytes, line: lastLine(bytes) }
    return read.line
  }

  return {
    push: (chunk) => {
      tail.push(chunk)
    },
    get usage() {
      return decodeUsage(last())
    },
    get complete() {
      return last()['done'] === true
    },
    get error() {
      const line = last()
      return line['error'] === undefined ? undefined : decodeInlineError(line)
    },
  }
}

function lastLine(bytes: Buffer): JsonObject {
  const text = bytes.toString('utf8').trimEnd()
  const line = parseJsonOrUndefined(text.slice(text.lastIndexOf('\n') + 1))
  return isJsonObject(line) ? line : (jsonLines(bytes).at(-1) ?? {})
}
