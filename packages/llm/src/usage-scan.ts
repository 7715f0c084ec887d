import { isJsonObject, parseJsonOrUndefined } from './json-value.ts'
import type { Usage } from './model-response.ts'
import { decodeUsage } from './openai-chat/usage.ts'

const usageKey = Buffer.from('"usage"')
const usageBytesMax = 64 * 1024

/**
 * Finds `usage` in the bytes of a whole OpenAI answer without parsing the rest. Looks from the end,
 * where it stands, and takes the last `"usage"` whose value is an object of token counts, so the
 * same word inside a text (where its quotes are escaped) does not matter.
 */
export function scanUsage(body: Uint8Array): Usage | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let position = bytes.lastIndexOf(usageKey)
  while (position !== -1) {
    const usage = readUsageAt(bytes, position)
    if (usage !== undefined) return usage
    if (position === 0) return undefined
    position = bytes.lastIndexOf(usageKey, position - 1)
  }
  return undefined
}

function readUsageAt(bytes: Buffer, keyStart: number): Usage | undefined {
  const limit = Math.min(bytes.length, keyStart + usageBytesMax)
  let start = keyStart + usageKey.length
  while (start < limit && bytes[start] !== 0x7b) {
    // Between the key and its object there is only a colon and white space.
    const byte = bytes[start]
    if (byte !== 0x3a && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      return undefined
    }
    start += 1
  }
  // Usage holds no strings with braces, so counting braces finds its end.
  let depth = 0
  for (let position = start; position < limit; position += 1) {
    if (bytes[position] === 0x7b) depth += 1
    else if (bytes[position] === 0x7d) {
      depth -= 1
      if (depth === 0) return parseUsage(bytes.toString('utf8', start, position + 1))
    }
  }
  return undefined
}

function parseUsage(text: string): Usage | undefined {
  const value = parseJsonOrUndefined(text)
  return isJsonObject(value) && typeof value['prompt_tokens'] === 'number'
    ? decodeUsage(value)
    : undefined
}

export interface StreamUsageScanner {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(chunk: Uint8Array): void
  /** Usage seen so far; the last one told counts. */
  readonly usage: Usage | undefined
  /** Whether `data: [DONE]` came: a stream that closes without it was cut. */
  readonly done: boolean
  /** Whether a choice told its finish reason. */
  readonly finished: boolean
}

const lineBytesMax = 256 * 1024
const doneWord = Buffer.from('[DONE]')
const finishKey = Buffer.from('"finish_reason"')

/**
 * Watches an OpenAI stream that passes through as bytes. Only lines that hold `"usage"`,
 * `"finish_reason"` or `[DONE]` are looked at. Keeps the bytes of one unfinished line and no more;
 * a line beyond the bound is skipped.
 */
export function createStreamUsageScanner(): StreamUsageScanner {
  let rest: Buffer = Buffer.alloc(0)
  let skipping = false
  let usage: Usage | undefined
  let done = false
  let finished = false

  function readLines(lines: Buffer): void {
    if (lines.includes(usageKey)) usage = scanUsage(lines) ?? usage
    finished ||= hasFinishReason(lines)
    done ||= hasDoneLine(lines)
  }

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const lastBreak = bytes.lastIndexOf(0x0a)
      if (lastBreak === -1) {
        keep(bytes)
        return
      }
      const whole = bytes.subarray(0, lastBreak + 1)
      if (skipping) readLines(whole.subarray(whole.indexOf(0x0a) + 1))
      else readLines(rest.length === 0 ? whole : Buffer.concat([rest, whole]))
      skipping = false
      rest = Buffer.alloc(0)
      keep(bytes.subarray(lastBreak + 1))
    },
    get usage() {
      return usage
    },
    get done() {
      return done || hasDoneLine(rest)
    },
    get finished() {
      return finished
    },
  }

  function keep(bytes: Buffer): void {
    if (skipping || bytes.length === 0) return
    if (rest.length + bytes.length > lineBytesMax) {
      skipping = true
      rest = Buffer.alloc(0)
      return
    }
    rest = Buffer.concat([rest, bytes])
  }
}

/** A line that is `data: [DONE]`; the same word within a text stands inside JSON. */
function hasDoneLine(lines: Buffer): boolean {
  const position = lines.lastIndexOf(doneWord)
  if (position === -1) return false
  const lineStart = lines.lastIndexOf(0x0a, position) + 1
  return /^data:\s*$/.test(lines.toString('latin1', lineStart, position))
}

function hasFinishReason(lines: Buffer): boolean {
  let position = lines.indexOf(finishKey)
  while (position !== -1) {
    const after = lines.toString(
      'latin1',
      position + finishKey.length,
      position + finishKey.length + 16,
    )
    if (/^\s*:\s*"/.test(after)) return true
    position = lines.indexOf(finishKey, position + 1)
  }
  return false
}
