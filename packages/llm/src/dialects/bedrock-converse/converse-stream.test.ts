import { describe, expect, it } from 'vitest'
import { encodeEventStreamMessage } from '../../framing/aws-event-stream.ts'
import { assemble, decodeChunks } from '../../test-support/recordings.ts'
import { testDialect } from '../../test-support/test-dialect.ts'
import { createConverseStream, encodeConverseStream } from './converse-stream.ts'

const converse = testDialect('bedrock-converse')

const lines = [
  '{"messageStart":{"p":"abc","role":"assistant"}}',
  '{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"Grüße 🌍"}}}',
  '{"contentBlockStop":{"contentBlockIndex":0}}',
  '{"contentBlockStart":{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"u","name":"f"}}}}',
  '{"contentBlockStop":{"contentBlockIndex":1}}',
  '{"messageStop":{"stopReason":"tool_use"}}',
  '{"metadata":{"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"metrics":{"latencyMs":7}}}',
]
const whole = `${lines.join('\n')}\n`

function reframe(...pieces: readonly Uint8Array[]): string {
  const stream = createConverseStream()
  return Buffer.concat(pieces.map((piece) => stream.push(piece))).toString('utf8')
}

function message(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  return encodeEventStreamMessage({
    headers: new Map(
      Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]),
    ),
    payload: Buffer.from(payload),
  })
}

const ofEvents = (text: string) => decodeChunks(converse, [Buffer.from(text)])

describe('a stream of Converse', () => {
  it('becomes lines of its events, however the bytes are cut', () => {
    const frames = encodeConverseStream(Buffer.from(whole))
    expect(reframe(frames)).toBe(whole)
    for (let at = 0; at <= frames.length; at += 1) {
      expect(reframe(frames.subarray(0, at), frames.subarray(at))).toBe(whole)
    }
    expect(assemble(ofEvents(whole))).toMatchObject({
      output: [
        { content: [{ text: 'Grüße 🌍' }] },
        { type: 'function_call', call_id: 'u', arguments: '{}' },
      ],
      finishReason: 'tool_calls',
      usage: { inputTokens: 1, outputTokens: 2 },
      extras: { fields: { metrics: { latencyMs: 7 } } },
    })
  })

  it('keeps the spelling of numbers, and events on one line', () => {
    const headers = { ':message-type': 'event', ':event-type': 'metadata' }
    expect(reframe(message(headers, '{"n":1.0e2}'))).toBe('{"metadata":{"n":1.0e2}}\n')
    expect(reframe(message(headers, '{\n"n":1.0}'))).toBe('{"metadata":{"n":1.0}}\n')
  })

  it.each([
    ['throttlingException', 'RateLimited', 429],
    ['validationException', 'InvalidRequest', 400],
    ['serviceUnavailableException', 'Overloaded', 503],
    ['internalServerException', 'ServerError', 502],
    ['modelStreamErrorException', 'ServerError', 502],
    ['somethingNewException', 'ServerError', 502],
  ])('ends with the error that %s means', (name, failure, status) => {
    const headers = { ':message-type': 'exception', ':exception-type': name }
    const events = ofEvents(lines[0] + '\n' + reframe(message(headers, '{"message":"why"}')))
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { failure, message: 'why' } })
    expect(events.at(-1)).toMatchObject({ error: { status: status === 503 ? 503 : status } })
  })

  it('ends with an error that has no form of its own', () => {
    const headers = {
      ':message-type': 'error',
      ':error-code': 'ThrottlingException',
      ':error-message': 'slow down',
    }
    expect(ofEvents(reframe(message(headers, ''))).at(-1)).toMatchObject({
      error: { failure: 'RateLimited', message: 'slow down' },
    })
  })

  it.each([
    ['without a type', {}, '{}'],
    ['without JSON', { ':message-type': 'event', ':event-type': 'metadata' }, 'x'],
  ])('is refused with a message %s', (_, headers, payload) => {
    expect(() => reframe(message(headers, payload))).toThrow(/no event of an answer/)
  })

  it('was cut off if it ends before its stop, and is whole without what follows that', () => {
    expect(ofEvents(lines.slice(0, 5).join('\n')).at(-1)).toMatchObject({
      error: { failure: 'Cut' },
    })
    expect(ofEvents(lines.slice(0, 6).join('\n')).at(-1)).toMatchObject({ type: 'finish' })
  })
})
