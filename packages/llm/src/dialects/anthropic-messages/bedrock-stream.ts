import { isJsonObject, parseJsonOrUndefined, stringOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import {
  createEventStreamDecoder,
  type EventStreamMessage,
  textHeader,
} from '../../framing/aws-event-stream.ts'
import { formatSseEvent } from '../../framing/sse.ts'
import { bedrockErrorBody } from './bedrock-errors.ts'

/** Turns the frames of a stream into those of the dialect. */
export interface BedrockStream {
  /**
   * Takes the next bytes, cut anywhere, and returns whole server-sent events, none if no frame is
   * complete. Throws a ModelError of class InvalidAnswer for what is no such stream.
   */
  push(chunk: Uint8Array): Buffer
}

/**
 * Turns an answer of Bedrock's InvokeModelWithResponseStream by a Claude model, an AWS event stream
 * whose chunks wrap Anthropic's events, into the server-sent events of the Messages API. The events
 * keep their spelling. An exception becomes an `error` event. A stream that was cut off ends early, as
 * one of server-sent events does.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html
 */
export function createBedrockStream(): BedrockStream {
  const decoder = createEventStreamDecoder()
  return {
    push: (chunk) => Buffer.from(decoder.push(chunk).map(eventOf).join('')),
  }
}

/** One message as a server-sent event; empty for one that has no meaning here. */
function eventOf(message: EventStreamMessage): string {
  const messageType = textHeader(message, ':message-type')
  if (messageType === 'exception') {
    return errorEvent(textHeader(message, ':exception-type'), message.payload)
  }
  if (messageType === 'error') {
    const text = textHeader(message, ':error-message') ?? ''
    return errorEvent(textHeader(message, ':error-code'), Buffer.from(JSON.stringify(text)))
  }
  if (textHeader(message, ':event-type') !== 'chunk') return ''
  const wrapped = parseJsonOrUndefined(message.payload.toString('utf8'))
  const encoded = isJsonObject(wrapped) ? wrapped['bytes'] : undefined
  if (typeof encoded !== 'string') throw invalid()
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const event = parseJsonOrUndefined(text)
  if (!isJsonObject(event)) throw invalid()
  const type = stringOrUndefined(event['type'])
  // An event without a type has no name here either; gateways send such to keep connections alive.
  if (type === undefined) return ''
  const isOneLine = !/[\r\n]/.test(text)
  return formatSseEvent({ event: type, data: isOneLine ? text : JSON.stringify(event) })
}

function errorEvent(exception: string | undefined, payload: Buffer): string {
  const body = bedrockErrorBody(exception, parseJsonOrUndefined(payload.toString('utf8')))
  return formatSseEvent({ event: 'error', data: JSON.stringify(body) })
}

function invalid(): ModelError {
  return new ModelError(
    'upstream',
    'The provider sent a message of its event stream that holds no event of a model.',
    { failure: 'InvalidAnswer' },
  )
}
