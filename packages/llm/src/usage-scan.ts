import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { Usage } from './model-response.ts'
import { decodeUsage } from './openai-chat/usage.ts'

const usageKey = '"usage"'
const finishKey = '"finish_reason"'
const doneWord = '[DONE]'
const usageLengthMax = 64 * 1024
/** What a stream tells about its end stands in its last events: so much of it is kept, at least. */
const tailBytesMin = 16 * 1024

/**
 * Finds `usage` in the bytes of a whole OpenAI answer without parsing the rest. Looks from the end,
 * where it stands, and takes the last `"usage"` whose value is an object of token counts, so the
 * same word inside a text (where its quotes are escaped) does not matter.
 */
export function scanUsage(body: Uint8Array): Usage | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let position = bytes.lastIndexOf(usageKey)
  while (position !== -1) {
    const usage = readUsageAt(bytes.toString('latin1', position, position + usageLengthMax), 0)
    if (usage !== undefined) return usage
    if (position === 0) return undefined
    position = bytes.lastIndexOf(usageKey, position - 1)
  }
  return undefined
}

/** Reads the value of the key that stands at `keyStart`. */
function readUsageAt(text: string, keyStart: number): Usage | undefined {
  const start = valueStart(text, keyStart + usageKey.length)
  if (start === undefined || text.charCodeAt(start) !== 0x7b) return undefined
  // Usage holds no strings with braces, so counting braces finds its end.
  let depth = 0
  for (let position = start; position < text.length; position += 1) {
    const character = text.charCodeAt(position)
    if (character === 0x7b) depth += 1
    else if (character === 0x7d) {
      depth -= 1
      if (depth === 0) return parseUsage(text.slice(start, position + 1))
    }
  }
  return undefined
}

/** Where the value begins after a key; `undefined` when what follows makes it no key. */
function valueStart(text: string, keyEnd: number): number | undefined {
  const colon = skipSpace(text, keyEnd)
  return text.charCodeAt(colon) === 0x3a ? skipSpace(text, colon + 1) : undefined
}

function skipSpace(text: string, from: number): number {
  let position = from
  for (;;) {
    const character = text.charCodeAt(position)
    if (character !== 0x20 && character !== 0x0a && character !== 0x0d && character !== 0x09) {
      return position
    }
    position += 1
  }
}

function parseUsage(text: string): Usage | undefined {
  return usageOf(parseJsonOrUndefined(text))
}

/** The usage that a whole OpenAI answer tells, after it was parsed. */
export function readUsage(answer: object): Usage | undefined {
  return 'usage' in answer ? usageOf(answer.usage) : undefined
}

function usageOf(value: unknown): Usage | undefined {
  return isJsonObject(value) && typeof value['prompt_tokens'] === 'number'
    ? decodeUsage(value)
    : undefined
}

export interface StreamUsageScanner {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(chunk: Uint8Array): void
  /** Usage told in the last events; the last one counts. */
  readonly usage: Usage | undefined
  /** Whether `data: [DONE]` came: a stream that closes without it was cut. */
  readonly done: boolean
  /** Whether a choice told its finish reason. */
  readonly finished: boolean
}

/**
 * Watches an OpenAI stream that passes through as bytes. Reads nothing while it passes: keeps its
 * last events, and looks at them from the end when it is asked.
 */
export function createStreamUsageScanner(): StreamUsageScanner {
  let before: Uint8Array[] = []
  let latest: Uint8Array[] = []
  let latestBytes = 0
  let joined: Buffer | undefined

  function tail(): Buffer {
    joined ??= join(latestBytes >= tailBytesMin ? latest : [...before, ...latest])
    return joined
  }

  return {
    push(chunk) {
      joined = undefined
      if (latestBytes >= tailBytesMin) {
        before = latest
        latest = []
        latestBytes = 0
      }
      latest.push(chunk)
      latestBytes += chunk.length
    },
    get usage() {
      return scanUsage(tail())
    },
    get done() {
      return hasDoneLine(tail())
    },
    get finished() {
      return hasFinishReason(tail())
    },
  }
}

/** One chunk, the usual case behind a fast upstream, is not copied. */
function join(chunks: readonly Uint8Array[]): Buffer {
  const [only] = chunks
  if (only === undefined || chunks.length > 1) return Buffer.concat(chunks)
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength)
}

/** A line that is `data: [DONE]`; the same word within a text stands inside JSON. */
function hasDoneLine(bytes: Buffer): boolean {
  const position = bytes.lastIndexOf(doneWord)
  if (position === -1) return false
  const lineStart = bytes.lastIndexOf('\n', position) + 1
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
