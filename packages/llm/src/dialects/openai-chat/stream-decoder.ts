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
import { ModelError } from '../../errors/model-error.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { decodeInlineError } from './errors.ts'
import { decodeFinishReason } from './finish-reason.ts'
import { baseResponseError } from './reported-error.ts'
import { createToolCallReader } from './tool-call-deltas.ts'
import { decodeUsage } from './usage.ts'
import { readVendorContent } from './vendor-content.ts'

/**
 * Reads a stream of chat completion chunks. Usage comes after `finish_reason`, so `finish` waits
 * for `[DONE]`, the usage chunk or the end of the stream, whichever comes first.
 */
export function createStreamDecoder(nowMs: number): SseReader {
  let started = false
  let ended = false
  let reasoningOpen = false
  let finishReason: unknown
  let usage: Usage | undefined
  const toolCalls = createToolCallReader()

  function fail(error: ModelError): StreamEvent[] {
    ended = true
    return [{ type: 'error', error }]
  }

  function finish(): StreamEvent[] {
    ended = true
    return [
      ...closeReasoning(),
      ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
      { type: 'finish', finishReason: decodeFinishReason(finishReason, toolCalls.count() > 0) },
    ]
  }

  function closeReasoning(): StreamEvent[] {
    if (!reasoningOpen) return []
    reasoningOpen = false
    return [{ type: 'reasoning-end' }]
  }

  function readChunk(chunk: JsonObject): StreamEvent[] {
    const choices = arrayOrEmpty(chunk['choices'])
    const events: StreamEvent[] = []
    usage = decodeUsage(chunk['usage']) ?? usage
    // Azure sends its prompt filter results in a first chunk that has no id and no choices.
    if (!started && (choices.length > 0 || chunk['id'])) {
      started = true
      const id = stringOrUndefined(chunk['id']) ?? ''
      toolCalls.setResponseId(id)
      events.push({
        type: 'response-start',
        id,
        model: stringOrUndefined(chunk['model']) ?? '',
        createdAt: numberOrUndefined(chunk['created']) ?? Math.floor(nowMs / 1000),
      })
    }
    for (const choice of choices) {
      if (!isJsonObject(choice) || (numberOrUndefined(choice['index']) ?? 0) !== 0) continue
      for (const event of readChoice(choice)) events.push(event)
    }
    if (choices.length === 0 && usage !== undefined && finishReason !== undefined) {
      events.push(...finish())
    }
    return events
  }

  function readChoice(choice: JsonObject): StreamEvent[] {
    const events: StreamEvent[] = []
    if (finishReason === undefined) {
      const delta = objectOrEmpty(choice['delta'] ?? choice['message'])
      const { text, reasoning } = readVendorContent(delta)
      const refusal = stringOrUndefined(delta['refusal']) ?? ''
      const calls = toolCalls.read(delta)
      if (reasoning !== '') {
        reasoningOpen = true
        events.push({ type: 'reasoning-delta', text: reasoning })
      }
      if (text !== '' || refusal !== '' || calls.length > 0) events.push(...closeReasoning())
      if (text !== '') events.push({ type: 'text-delta', text })
      if (refusal !== '') events.push({ type: 'refusal-delta', text: refusal })
      for (const call of calls) events.push(call)
    }
    // Some servers send an empty reason until they know it.
    finishReason = choice['finish_reason'] || finishReason
    return events
  }

  return {
    /** Only its text shows that a model of this dialect thinks. */
    thinking: false,
    push(event) {
      if (ended) return []
      if (event.data === '[DONE]') {
        return started ? finish() : fail(incomplete())
      }
      const chunk = parseJsonOrUndefined(event.data)
      if (!isJsonObject(chunk)) {
        return fail(
          new ModelError(
            'upstream',
            'The provider sent a stream event that is not a JSON object.',
            {
              failure: 'InvalidAnswer',
            },
          ),
        )
      }
      if (chunk['error'] !== undefined && chunk['error'] !== null) {
        return fail(decodeInlineError(chunk))
      }
      if (baseResponseError(chunk) !== undefined) return fail(decodeInlineError(chunk))
      return event.event === 'error' ? fail(decodeInlineError({ error: chunk })) : readChunk(chunk)
    },
    end() {
      if (ended) return []
      return started && finishReason !== undefined ? finish() : fail(incomplete())
    },
  }
}

function incomplete(): ModelError {
  return new ModelError(
    'upstream',
    'The provider ended its stream before the answer was complete. Send the request again.',
    { failure: 'Cut' },
  )
}
