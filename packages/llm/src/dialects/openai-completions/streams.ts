import {
  arrayOrEmpty,
  isJsonObject,
  objectOrEmpty,
  parseJsonOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import { createSseParser, formatSseEvent, type SseEvent } from '../../framing/sse.ts'
import type {
  ChatFormat,
  StreamDecoder,
  StreamEncoder,
  StreamEncoderOptions,
} from '../../operations/chat/chat-format.ts'
import { asChat, asCompletion } from './answer-shape.ts'

/** Reads a stream of completions as the stream of chat completions that says the same. */
export function createStreamDecoder(chat: ChatFormat, nowMs: number): StreamDecoder {
  const parser = createSseParser()
  const decoder = chat.createStreamDecoder(nowMs)
  const read = (events: readonly SseEvent[]) =>
    events.flatMap((event) => decoder.push(Buffer.from(formatSseEvent(chatEvent(event)))))
  return {
    push: (bytes) => read(parser.push(bytes)),
    end: () => [...read(parser.end()), ...decoder.end()],
    get thinking() {
      return decoder.thinking
    },
  }
}

function chatEvent(event: SseEvent): SseEvent {
  const chunk = parseJsonOrUndefined(event.data)
  return isJsonObject(chunk) ? { ...event, data: JSON.stringify(asChat(chunk, 'delta')) } : event
}

/** Writes chunks of completions. What a chat says beside its text has no place in them. */
export function createStreamEncoder(
  chat: ChatFormat,
  options: StreamEncoderOptions,
): StreamEncoder {
  const encoder = chat.createStreamEncoder(options)
  let length = 0
  return {
    encode(event) {
      if (!told.has(event.type)) return ''
      const parser = createSseParser()
      return parser
        .push(Buffer.from(encoder.encode(event)))
        .map((frame) => {
          const chunk = parseJsonOrUndefined(frame.data)
          if (!isJsonObject(chunk)) return formatSseEvent(frame)
          const completion = asCompletion(chunk, length)
          for (const choice of arrayOrEmpty(completion['choices'])) {
            length += (stringOrUndefined(objectOrEmpty(choice)['text']) ?? '').length
          }
          return formatSseEvent({ ...frame, data: JSON.stringify(completion) })
        })
        .join('')
    },
  }
}

const told: ReadonlySet<string> = new Set([
  'response-start',
  'text-delta',
  'refusal-delta',
  'usage',
  'finish',
  'error',
])
