import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEncoder, StreamEncoderOptions } from '../../operations/chat/chat-format.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { errorEvent, failedResponseError } from './errors.ts'
import { encodeFinishReason } from './finish-status.ts'
import { OutputWriter } from './output-writer.ts'
import { ownExtras, responseHead, type ResponseHead } from './response-fields.ts'
import { tellsThinking } from './thinking.ts'
import { encodeUsage, usageSoFar } from './usage.ts'

/**
 * Writes a stream of `POST /v1/responses`, whose last event repeats the whole answer. An error ends
 * it with `error`, which the official SDKs raise, and the failed response.
 */
export function createStreamEncoder(options: StreamEncoderOptions): StreamEncoder {
  const { heldBytesMax = Number.POSITIVE_INFINITY, hidesSeals = false, repeated } = options
  let sequence = 0
  let head: ResponseHead = { id: '', model: '', createdAt: 0, repeated }
  let output: OutputWriter | undefined
  let usage: Usage | undefined
  let broken = false

  function send(event: JsonObject): string {
    const { type, ...fields } = event
    const data = { type, sequence_number: sequence, ...fields }
    sequence += 1
    return `event: ${String(type)}\ndata: ${JSON.stringify(data)}\n\n`
  }

  const sendAll = (events: readonly JsonObject[]) => events.map(send).join('')

  function response(fields: JsonObject): JsonObject {
    return {
      ...responseHead(head),
      status: 'in_progress',
      output: [],
      usage: usageSoFar,
      ...fields,
    }
  }

  function start(event: Extract<StreamEvent, { type: 'response-start' }>): string {
    const { createdAt, id, model } = event
    head = { id, model, createdAt, repeated }
    output = new OutputWriter({
      responseId: id,
      tellsThinking: tellsThinking(repeated),
      hidesSeals,
    })
    return sendAll([
      { type: 'response.created', response: response({}) },
      { type: 'response.in_progress', response: response({}) },
    ])
  }

  function finish(event: Extract<StreamEvent, { type: 'finish' }>): string {
    const { extras, finishReason, serviceTier } = event
    const closing = sendAll(output?.close('completed') ?? [])
    const end = encodeFinishReason(finishReason)
    const whole = response({
      ...ownExtras(extras, repeated),
      ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
      ...end,
      output: output?.items ?? [],
      usage: encodeUsage(usage),
    })
    return closing + send({ type: `response.${end.status}`, response: whole })
  }

  function fail(error: ModelError): string {
    broken = true
    const { sequence_number: _, ...event } = errorEvent(error, sequence)
    // What was being written has no end: its text is in the deltas.
    const failed = response({
      status: 'failed',
      error: failedResponseError(error),
      output: output?.items ?? [],
    })
    return sendAll([event, { type: 'response.failed', response: failed }])
  }

  return {
    encode(event) {
      if (broken) return ''
      switch (event.type) {
        case 'response-start':
          return start(event)
        case 'usage':
          usage = event.usage
          return ''
        case 'finish':
          return finish(event)
        case 'error':
          return fail(event.error)
        default: {
          if (output === undefined) return ''
          const text = sendAll(output.push(event))
          if (output.heldBytes > heldBytesMax) throw tooLong(heldBytesMax)
          return text
        }
      }
    },
  }
}

function tooLong(bytesMax: number): ModelError {
  return new ModelError(
    'upstream',
    `The answer has more than ${bytesMax} bytes, which is the most that the end of this stream can repeat.`,
    { failure: 'InvalidAnswer' },
  )
}
