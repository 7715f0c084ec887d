import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  encodeEventStreamMessage,
  type EventStreamMessage,
} from '../../framing/aws-event-stream.ts'
import { createSseParser } from '../../framing/sse.ts'
import { createBedrockStream } from './bedrock-stream.ts'
import { anthropicMessages } from './dialect.ts'

const recorded = readFileSync(new URL('../../fixtures/anthropic-tools.sse', import.meta.url))

describe('createBedrockStream', () => {
  it('gives the events of the Messages API, however the bytes are cut', () => {
    const parser = createSseParser()
    const events = [...parser.push(recorded), ...parser.end()]
    const stream = Buffer.concat(events.map(({ data }) => chunk(data)))
    const whole = transcode(stream)
    expect(readEvents(whole)).toEqual(events.map(({ event, data }) => ({ event, data })))
    const decode = (bytes: Buffer) => {
      const decoder = anthropicMessages.operations.chat?.createStreamDecoder(0)
      return [...(decoder?.push(bytes) ?? []), ...(decoder?.end() ?? [])]
    }
    expect(decode(Buffer.from(whole))).toEqual(decode(recorded))
    for (let at = 0; at <= stream.length; at += 1) {
      expect(transcode(stream.subarray(0, at), stream.subarray(at))).toBe(whole)
    }
  })

  it('keeps the spelling of numbers, and events on one line', () => {
    expect(transcode(chunk('{"type":"x","n":1.0e2}'))).toBe(
      'event: x\ndata: {"type":"x","n":1.0e2}\n\n',
    )
    expect(transcode(chunk('{\r\n"type":"x"\n}'))).toBe('event: x\ndata: {"type":"x"}\n\n')
  })

  it.each([
    ['throttlingException', 'rate_limit_error'],
    ['validationException', 'invalid_request_error'],
    ['modelTimeoutException', 'timeout_error'],
    ['serviceUnavailableException', 'overloaded_error'],
    ['internalServerException', 'api_error'],
    ['modelStreamErrorException', 'api_error'],
    ['somethingNewException', 'api_error'],
  ])('makes the exception %s an error event of type %s', (exception, type) => {
    const text = transcode(
      encodeEventStreamMessage(
        message(
          { ':message-type': 'exception', ':exception-type': exception },
          '{"message":"Too many tokens"}',
        ),
      ),
    )
    const error = { type: 'error', error: { type, message: 'Too many tokens' } }
    expect(readEvents(text)).toEqual([{ event: 'error', data: JSON.stringify(error) }])
  })

  it('reads an error that is not modelled', () => {
    const headers = { ':message-type': 'error', ':error-code': '500', ':error-message': 'broken' }
    expect(transcode(encodeEventStreamMessage(message(headers, '')))).toContain(
      '{"type":"api_error","message":"broken"}',
    )
  })

  it('skips other events, and chunks without a type', () => {
    const other = { ':message-type': 'event', ':event-type': 'initial-response' }
    expect(transcode(encodeEventStreamMessage(message(other, '{}')), chunk('{}'))).toBe('')
  })

  it.each([
    ['no JSON', 'x'],
    ['no bytes', '{"p":"abc"}'],
    ['bytes that are no JSON', JSON.stringify({ bytes: Buffer.from('x').toString('base64') })],
  ])('refuses a chunk with %s', (_, payload) => {
    const headers = { ':message-type': 'event', ':event-type': 'chunk' }
    expect(() => transcode(encodeEventStreamMessage(message(headers, payload)))).toThrow(
      /holds no event/,
    )
  })
})

function transcode(...pieces: readonly Buffer[]): string {
  const stream = createBedrockStream()
  return Buffer.concat(pieces.map((piece) => stream.push(piece))).toString('utf8')
}

function readEvents(text: string) {
  const parser = createSseParser()
  return [...parser.push(Buffer.from(text)), ...parser.end()]
}

/** As Bedrock frames it, with the padding that it adds against guesses by length. */
function chunk(event: string): Buffer {
  const headers = {
    ':event-type': 'chunk',
    ':content-type': 'application/json',
    ':message-type': 'event',
  }
  const bytes = Buffer.from(event).toString('base64')
  return encodeEventStreamMessage(message(headers, JSON.stringify({ bytes, p: 'abcdefg' })))
}

function message(headers: Readonly<Record<string, string>>, payload: string): EventStreamMessage {
  return {
    headers: new Map(
      Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]),
    ),
    payload: Buffer.from(payload),
  }
}
