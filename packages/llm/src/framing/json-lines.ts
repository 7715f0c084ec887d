import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { ModelError } from '../errors/model-error.ts'
import type { StreamDecoder } from '../operations/chat/chat-format.ts'
import type { StreamEvent } from '../operations/chat/stream-event.ts'
import { asBuffer } from './as-buffer.ts'
import type { ByteSource, FrameSource } from './frame-source.ts'
import { HeldBytes } from './held-bytes.ts'

const lineFeed = 0x0a
/** A line longer than this is passed on in pieces, and not decoded. */
const lineBytesMax = 16 * 1024 * 1024

/** Reads a stream's lines, each a JSON object. Whatever a provider sends, it does not throw. */
export interface JsonLineReader {
  push(line: JsonObject): StreamEvent[]
  /** The upstream closed the stream. */
  end(): StreamEvent[]
}

/** A decoder for a dialect that frames its streams as lines of JSON (application/x-ndjson). */
export function decodeJsonLines(reader: JsonLineReader): StreamDecoder {
  const held = new HeldBytes()
  let failed = false

  function fail(message: string): StreamEvent[] {
    failed = true
    return [
      { type: 'error', error: new ModelError('upstream', message, { failure: 'InvalidAnswer' }) },
    ]
  }

  function read(lines: string): StreamEvent[] {
    const events: StreamEvent[] = []
    for (const text of lines.split('\n')) {
      if (failed || text.trim() === '') continue
      const line = parseJsonOrUndefined(text)
      const more = isJsonObject(line)
        ? reader.push(line)
        : fail('The provider sent a line of its stream that is not a JSON object.')
      for (const event of more) events.push(event)
    }
    return events
  }

  return {
    /** Only its text shows that a model thinks. */
    thinking: false,
    push(bytes) {
      if (failed) return []
      const chunk = asBuffer(bytes)
      const end = chunk.lastIndexOf(lineFeed) + 1
      if (end > 0) {
        held.append(chunk.subarray(0, end))
        const lines = held.take().toString('utf8')
        if (end < chunk.length) held.append(Buffer.from(chunk.subarray(end)))
        return read(lines)
      }
      held.append(Buffer.from(chunk))
      return held.length > lineBytesMax
        ? fail('The provider sent a line that is longer than the gateway reads.')
        : []
    },
    end() {
      if (failed) return []
      // The last line may lack its end.
      const events = read(held.take().toString('utf8'))
      return failed ? events : [...events, ...reader.end()]
    },
  }
}

/** Splits a stream's bytes at the ends of lines, so that a caller never gets half a line. */
export function cutJsonLines(source: ByteSource): FrameSource {
  const held = new HeldBytes()
  return {
    async next() {
      for (;;) {
        const chunk = await source.next()
        if (chunk === undefined) return undefined
        const end = chunk.lastIndexOf(lineFeed) + 1
        if (end === 0) {
          held.append(chunk)
          if (held.length > lineBytesMax) return held.take()
          continue
        }
        const lines = chunk.subarray(0, end)
        if (held.length > 0) held.append(lines)
        const whole = held.length === 0 ? lines : held.take()
        if (end < chunk.length) held.append(chunk.subarray(end))
        return whole
      }
    },
    get rest() {
      return held.bytes()
    },
  }
}

/** The JSON objects in whole lines; what is none is left out. */
export function jsonLines(bytes: Uint8Array): JsonObject[] {
  return asBuffer(bytes)
    .toString('utf8')
    .split('\n')
    .map((text) => (text.trim() === '' ? undefined : parseJsonOrUndefined(text)))
    .filter(isJsonObject)
}

export function jsonLine(value: JsonObject): string {
  return `${JSON.stringify(value)}\n`
}
