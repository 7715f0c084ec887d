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
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { sourceAnnotations } from './annotations.ts'
import { DeltaReader } from './delta-reader.ts'
import { decodeInlineError } from './errors.ts'
import { decodeFinishReason, endsOddly, readStopSequence } from './finish-reason.ts'
import { baseResponseError } from './reported-error.ts'
import { ResponseExtras } from './response-extras.ts'
import { decodeUsage } from './usage.ts'

/**
 * Reads a stream of chat completion chunks. Usage comes after `finish_reason`, so `finish` waits
 * for `[DONE]`, the usage chunk or the end of the stream, whichever comes first.
 */
export function createStreamDecoder(nowMs: number): SseReader {
  let started = false
  let ended = false
  let finishReason: unknown
  let stopSequence: string | undefined
  let serviceTier: string | undefined
  let usage: Usage | undefined
  const deltas = new DeltaReader()
  const extras = new ResponseExtras()

  function fail(error: ModelError): StreamEvent[] {
    ended = true
    return [{ type: 'error', error }]
  }

  function finish(): StreamEvent[] {
    ended = true
    const extraFields = extras.get()
    return [
      ...deltas.end(sourceAnnotations(extras.fields)),
      ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
      {
        type: 'finish',
        finishReason: decodeFinishReason(finishReason, deltas.hasCalls),
        ...(endsOddly(finishReason) ? { endsOddly: true } : {}),
        ...(stopSequence === undefined ? {} : { stopSequence }),
        ...(serviceTier === undefined ? {} : { serviceTier }),
        ...(extraFields === undefined ? {} : { extras: extraFields }),
      },
    ]
  }

  function readChunk(chunk: JsonObject): StreamEvent[] {
    const choices = arrayOrEmpty(chunk['choices'])
    const events: StreamEvent[] = []
    usage = decodeUsage(chunk['usage']) ?? usage
    serviceTier = stringOrUndefined(chunk['service_tier']) ?? serviceTier
    extras.read(chunk)
    // Azure sends its prompt filter results in a first chunk that has no id and no choices.
    if (!started && (choices.length > 0 || chunk['id'])) {
      started = true
      const id = stringOrUndefined(chunk['id']) ?? ''
      deltas.setResponseId(id)
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

  function readChoice(choice: JsonObject): readonly StreamEvent[] {
    const events =
      finishReason === undefined
        ? deltas.read(objectOrEmpty(choice['delta'] ?? choice['message']), choice['logprobs'])
        : []
    // Some servers send an empty reason until they know it.
    finishReason = choice['finish_reason'] || finishReason
    if (finishReason !== undefined) stopSequence = readStopSequence(choice) ?? stopSequence
    return events
  }

  return {
    /** Only its text shows that a model of this dialect thinks. */
    thinking: false,
    push(event) {
      if (ended) return []
      if (event.data === '[DONE]') {
        return started ? finish() : fail(cutStream())
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
      return started && finishReason !== undefined ? finish() : fail(cutStream())
    },
  }
}
