import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import {
  createEventStreamDecoder,
  encodeEventStreamMessage,
  type EventStreamMessage,
  textHeader,
} from '../../framing/aws-event-stream.ts'
import { jsonLine, jsonLines } from '../../framing/json-lines.ts'

/** Turns the frames of a stream into those of the dialect. */
export interface ConverseStream {
  /**
   * Takes the next bytes, cut anywhere, and returns whole lines, none if no frame is complete. Throws
   * a ModelError of class InvalidAnswer for what is no such stream.
   */
  push(chunk: Uint8Array): Buffer
}

/**
 * Turns an answer of ConverseStream, an AWS event stream, into lines of its events, which keep their
 * spelling. An exception becomes a line of its name. A stream that was cut off ends early.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
export function createConverseStream(): ConverseStream {
  const decoder = createEventStreamDecoder()
  return { push: (chunk) => Buffer.from(decoder.push(chunk).map(lineOf).join('')) }
}

function lineOf(message: EventStreamMessage): string {
  const messageType = textHeader(message, ':message-type')
  if (messageType === 'error') {
    const name = textHeader(message, ':error-code')
    const text = textHeader(message, ':error-message') ?? ''
    return jsonLine({ error: { __type: name, message: text } })
  }
  const name = textHeader(message, messageType === 'exception' ? ':exception-type' : ':event-type')
  const text = message.payload.toString('utf8')
  const payload = parseJsonOrUndefined(text)
  if (name === undefined || !isJsonObject(payload)) throw invalid()
  const isOneLine = !/[\r\n]/.test(text)
  return `{${JSON.stringify(name)}:${isOneLine ? text : JSON.stringify(payload)}}\n`
}

/** Lines of events as the frames of ConverseStream. Lines that are none are left out. */
export function encodeConverseStream(lines: Uint8Array): Buffer {
  return Buffer.concat(
    jsonLines(lines).flatMap((line) =>
      Object.entries(line).map(([name, payload]) => frameOf(name, payload as JsonObject)),
    ),
  )
}

function frameOf(name: string, payload: JsonObject): Buffer {
  const isException = /exception$/i.test(name)
  const headers = {
    [isException ? ':exception-type' : ':event-type']: name,
    ':content-type': 'application/json',
    ':message-type': isException ? 'exception' : 'event',
  }
  return encodeEventStreamMessage({
    headers: new Map(
      Object.entries(headers).map(([header, value]) => [header, { type: 'string', value }]),
    ),
    payload: Buffer.from(JSON.stringify(payload)),
  })
}

function invalid(): ModelError {
  return new ModelError(
    'upstream',
    'The provider sent a message of its event stream that is no event of an answer.',
    { failure: 'InvalidAnswer' },
  )
}
