import { isJsonObject, parseJsonOrUndefined } from './json-value.ts'
import type { Usage } from './model-response.ts'
import { decodeUsage } from './openai-chat/usage.ts'

const usageKey = '"usage"'
const finishKey = '"finish_reason"'
const doneWord = '[DONE]'
const usageLengthMax = 64 * 1024
const lineLengthMax = 256 * 1024

/**
 * Finds `usage` in the bytes of a whole OpenAI answer without parsing the rest. Looks from the end,
 * where it stands, and takes the last `"usage"` whose value is an object of token counts, so the
 * same word inside a text (where its quotes are escaped) does not matter.
 */
export function scanUsage(body: Uint8Array): Usage | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let position = bytes.lastIndexOf(usageKey)
  while (position !== -1) {
    const usage = readUsage(bytes.toString('latin1', position, position + usageLengthMax), 0)
    if (usage !== undefined) return usage
    if (position === 0) return undefined
    position = bytes.lastIndexOf(usageKey, position - 1)
  }
  return undefined
}

/** Reads the value of the key that stands at `keyStart`. */
function readUsage(text: string, keyStart: number): Usage | undefined {
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

/**
 * Watches an OpenAI stream that passes through as bytes. Nothing is parsed but `usage` objects.
 * Keeps the text of one unfinished line and no more; a line beyond the bound is skipped.
 */
export function createStreamUsageScanner(): StreamUsageScanner {
  let rest: string[] = []
  let restLength = 0
  let skipping = false
  let usage: Usage | undefined
  let done = false
  let finished = false

  function readLines(lines: string): void {
    usage = lastUsage(lines) ?? usage
    finished ||= hasFinishReason(lines)
    done ||= hasDoneLine(lines)
  }

  function keep(text: string): void {
    if (skipping || text === '') return
    rest.push(text)
    restLength += text.length
    if (restLength > lineLengthMax) {
      skipping = true
      rest = []
    }
  }

  return {
    push(chunk) {
      // Everything looked for is ASCII, so the cheapest decoding will do.
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const text = bytes.toString('latin1')
      const linesEnd = text.lastIndexOf('\n') + 1
      if (linesEnd === 0) {
        keep(text)
        return
      }
      if (skipping) {
        readLines(text.slice(text.indexOf('\n') + 1, linesEnd))
      } else {
        rest.push(linesEnd === text.length ? text : text.slice(0, linesEnd))
        readLines(rest.length === 1 ? (rest[0] ?? '') : rest.join(''))
      }
      skipping = false
      rest = []
      restLength = 0
      keep(text.slice(linesEnd))
    },
    get usage() {
      return usage
    },
    get done() {
      return done || hasDoneLine(rest.join(''))
    },
    get finished() {
      return finished
    },
  }
}

function lastUsage(lines: string): Usage | undefined {
  let usage: Usage | undefined
  let position = lines.indexOf(usageKey)
  while (position !== -1) {
    usage = readUsage(lines, position) ?? usage
    position = lines.indexOf(usageKey, position + 1)
  }
  return usage
}

/** A line that is `data: [DONE]`; the same word within a text stands inside JSON. */
function hasDoneLine(lines: string): boolean {
  if (!lines.includes(doneWord)) return false
  const position = lines.lastIndexOf(doneWord)
  const lineStart = lines.lastIndexOf('\n', position) + 1
  return /^data:\s*$/.test(lines.slice(lineStart, position))
}

function hasFinishReason(lines: string): boolean {
  let position = lines.indexOf(finishKey)
  while (position !== -1) {
    const start = valueStart(lines, position + finishKey.length)
    // Some servers send an empty reason until they know it.
    if (start !== undefined && lines[start] === '"' && lines[start + 1] !== '"') return true
    position = lines.indexOf(finishKey, position + 1)
  }
  return false
}
