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
import type { SseReader } from '../../framing/decode-sse.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { decodeEventError, isErrorEvent } from './errors.ts'
import { decodeFinishReason } from './finish-status.ts'
import { OutputReader } from './output-reader.ts'
import { responseExtras } from './response-fields.ts'
import { decodeUsage } from './usage.ts'

/** Reads a stream of `POST /v1/responses`. */
export function createStreamDecoder(nowMs: number): SseReader {
  const output = new OutputReader()
  let started = false
  let ended = false

  function fail(error: ModelError): StreamEvent[] {
    ended = true
    return [{ type: 'error', error }]
  }

  function start(response: JsonObject): StreamEvent[] {
    if (started) return []
    started = true
    const { created_at: createdAt, id, model } = response
    return [
      {
        type: 'response-start',
        id: stringOrUndefined(id) ?? '',
        model: stringOrUndefined(model) ?? '',
        createdAt: numberOrUndefined(createdAt) ?? Math.floor(nowMs / 1000),
      },
    ]
  }

  function finish(response: JsonObject): StreamEvent[] {
    ended = true
    const events = [...start(response), ...output.finish(arrayOrEmpty(response['output']))]
    const usage = decodeUsage(response['usage'])
    const { service_tier: serviceTier } = response
    return [
      ...events,
      ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
      {
        type: 'finish',
        finishReason: decodeFinishReason(response, output.hasCalls),
        ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
        ...responseExtras(response),
      },
    ]
  }

  function read(event: JsonObject, type: string): StreamEvent[] {
    const response = objectOrEmpty(event['response'])
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return start(response)
      case 'response.completed':
      case 'response.incomplete':
        return finish(response)
      default:
        // Some servers begin without saying so.
        return type.startsWith('response.') ? [...start({}), ...readOutput(event, type)] : []
    }
  }

  function readOutput(event: JsonObject, type: string): StreamEvent[] {
    const place = numberOrUndefined(event['output_index']) ?? 0
    switch (type) {
      case 'response.output_item.added':
        return output.added(place, objectOrEmpty(event['item']))
      case 'response.output_item.done':
        return output.done(place, objectOrEmpty(event['item']))
      case 'response.output_text.delta':
        return output.delta(place, 'text', event)
      case 'response.output_text.annotation.added':
        return output.annotation(place, event)
      case 'response.refusal.delta':
        return output.delta(place, 'refusal', event)
      case 'response.reasoning_summary_text.delta':
        return output.delta(place, 'summary', event)
      case 'response.reasoning_text.delta':
      // The name in Open Responses.
      case 'response.reasoning.delta':
        return output.delta(place, 'thinking', event)
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return output.delta(place, 'call', event)
      default:
        // All else is told again when its item is done.
        return []
    }
  }

  return {
    get thinking() {
      return output.thinking
    },
    push({ data, event: name }) {
      if (ended || data === '[DONE]') return []
      const event = parseJsonOrUndefined(data)
      if (!isJsonObject(event)) return fail(notAnObject())
      if (isErrorEvent(event) || name === 'error') return fail(decodeEventError(event))
      return read(event, stringOrUndefined(event['type']) ?? name)
    },
    end() {
      return ended ? [] : fail(cutStream())
    },
  }
}

function notAnObject(): ModelError {
  return new ModelError('upstream', 'The provider sent a stream event that is not a JSON object.', {
    failure: 'InvalidAnswer',
  })
}
