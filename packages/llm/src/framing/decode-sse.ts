import { ModelError } from '../errors/model-error.ts'
import type { StreamDecoder } from '../operations/chat/chat-format.ts'
import type { Usage } from '../operations/chat/model-response.ts'
import type { StreamEvent } from '../operations/chat/stream-event.ts'
import { createSseParser, type SseEvent } from './sse.ts'

/** Reads a stream's server-sent events. Whatever a provider sends, it does not throw. */
export interface SseReader {
  /** Takes one event and returns the stream events that it completes. */
  push(event: SseEvent): StreamEvent[]
  /** The upstream closed the stream. */
  end(): StreamEvent[]
  /** Whether the model is known to be thinking right now, even if no text of it comes. */
  readonly thinking: boolean
  /** What the provider has told before the end. */
  readonly usageSoFar?: Usage | undefined
}

/** A decoder for a dialect that frames its streams as server-sent events. */
export function decodeSse(reader: SseReader): StreamDecoder {
  const parser = createSseParser()
  let failed = false
  /** Undefined `bytes` mark the end. */
  const read = (bytes: Uint8Array | undefined): StreamEvent[] => {
    if (failed) return []
    try {
      const events: StreamEvent[] = []
      for (const frame of bytes === undefined ? parser.end() : parser.push(bytes)) {
        for (const event of reader.push(frame)) events.push(event)
      }
      return events
    } catch (error) {
      failed = true
      if (error instanceof ModelError) return [{ type: 'error', error }]
      throw error
    }
  }
  return {
    push: read,
    get thinking() {
      return reader.thinking
    },
    get usageSoFar() {
      return reader.usageSoFar
    },
    end: () => {
      const last = read(undefined)
      return failed ? last : [...last, ...reader.end()]
    },
  }
}
