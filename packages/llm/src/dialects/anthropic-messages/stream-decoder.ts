import type { SseReader } from '../../framing/decode-sse.ts'
import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  parseJsonOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import { cutStream } from '../../errors/cut-stream.ts'
import { ModelError } from '../../errors/model-error.ts'
import { isGiven } from '../../json/request-field.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { decodeEnd } from './answer-end.ts'
import { createContentReader, refusalEvents } from './content-reader.ts'
import { decodeInlineError } from './errors.ts'
import { decodeUsage, mergeUsage } from './usage.ts'

/**
 * Reads a stream of `/v1/messages`. A repeated `message_start` is ignored. If another message
 * starts before the first has ended, it replaces the first as long as none of that was emitted;
 * otherwise the stream fails, because half an answer must not run into a whole one.
 */
export function createStreamDecoder(nowMs: number): SseReader {
  const content = createContentReader()
  let messageId: string | undefined
  let ended = false
  /** The fields of the message and of what its last event adds. */
  let fields: JsonObject = {}
  let usage: JsonObject = {}

  function fail(error: ModelError): StreamEvent[] {
    ended = true
    return [{ type: 'error', error }]
  }

  function startMessage(message: JsonObject): StreamEvent[] {
    const id = stringOrUndefined(message['id']) ?? ''
    if (messageId !== undefined) {
      if (id === messageId) return []
      if (content.hasOutput()) return fail(restarted())
    }
    const first = messageId === undefined
    messageId = id
    usage = mergeUsage({}, message['usage'])
    fields = message
    const events: StreamEvent[] = first
      ? [
          {
            type: 'response-start',
            id,
            model: stringOrUndefined(message['model']) ?? '',
            createdAt: Math.floor(nowMs / 1000),
          },
        ]
      : []
    // A message that the provider did not have to generate arrives whole with its start.
    const blocks = arrayOrEmpty(message['content'])
    return [
      ...events,
      ...blocks.flatMap((block, index) => [...content.start(index, block), ...content.stop(index)]),
    ]
  }

  function finish(): StreamEvent[] {
    ended = true
    const total = decodeUsage(usage)
    return [
      ...content.stopAll(),
      ...refusalEvents(fields['stop_details']),
      ...(total === undefined || Object.keys(usage).length === 0
        ? []
        : [{ type: 'usage' as const, usage: total }]),
      { type: 'finish', ...decodeEnd(fields, usage, content.toolCallCount()) },
    ]
  }

  function read(event: JsonObject): StreamEvent[] {
    const index = numberOrUndefined(event['index']) ?? 0
    if (event['type'] === 'error') return fail(decodeInlineError(event))
    if (event['type'] === 'message_start') return startMessage(objectOrEmpty(event['message']))
    if (messageId === undefined) return []
    switch (event['type']) {
      case 'content_block_start':
        return content.start(index, event['content_block'])
      case 'content_block_delta':
        return content.delta(index, event['delta'])
      case 'content_block_stop':
        return content.stop(index)
      case 'message_delta': {
        const { type: _, delta, usage: counts, ...more } = event
        fields = { ...fields, ...given(more), ...given(objectOrEmpty(delta)) }
        usage = mergeUsage(usage, counts)
        return []
      }
      case 'message_stop':
        return finish()
      default:
        return []
    }
  }

  return {
    get thinking() {
      return content.thinking()
    },
    get usageSoFar() {
      return Object.keys(usage).length === 0 ? undefined : decodeUsage(usage)
    },
    push(event) {
      if (ended) return []
      const data = parseJsonOrUndefined(event.data)
      return isJsonObject(data)
        ? read(data)
        : fail(
            new ModelError(
              'upstream',
              'The provider sent a stream event that is not a JSON object.',
              { failure: 'InvalidAnswer' },
            ),
          )
    },
    end() {
      if (ended) return []
      return messageId !== undefined && isGiven(fields['stop_reason'])
        ? finish()
        : fail(cutStream())
    },
  }
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value)))
}

function restarted(): ModelError {
  return new ModelError(
    'upstream',
    'The provider started a second answer in the middle of the first. Send the request again.',
    { failure: 'InvalidAnswer' },
  )
}
