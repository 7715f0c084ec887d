import { testDialect } from '../../test-support/test-dialect.ts'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { assemble, decodeChunks, encodeEvents } from '../../test-support/recordings.ts'

const start: StreamEvent = { type: 'response-start', id: 'm', model: 'c', createdAt: 1 }

function typesOf(events: readonly StreamEvent[]): (string | undefined)[] {
  const text = encodeEvents(testDialect('anthropic-messages'), events)
  return text
    .split('\n\n')
    .filter((part) => part !== '')
    .map((part) => /^event: (\w+)\ndata: \{"type":"\1"/.exec(part)?.[1])
}

describe('a stream for an Anthropic caller', () => {
  it('opens and closes one block after the other', () => {
    expect(
      typesOf([
        start,
        { type: 'text-delta', text: 'a' },
        { type: 'text-delta', text: 'b' },
        { type: 'tool-call-start', index: 0, id: '1', name: 'f' },
        { type: 'tool-call-delta', index: 0, arguments: '{}' },
        { type: 'finish', finishReason: 'tool_calls' },
      ]),
    ).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('puts calls one after the other whose arguments are interleaved', () => {
    const parts: readonly (readonly [number, string])[] = [
      [0, '{"a":"}'],
      [1, '{"b'],
      [0, '\\"x"}'],
      [1, '":[1]}'],
    ]
    const events: StreamEvent[] = [
      start,
      { type: 'tool-call-start', index: 0, id: '1', name: 'f' },
      { type: 'tool-call-start', index: 1, id: '2', name: 'g' },
      { type: 'tool-call-start', index: 2, id: '3', name: 'h' },
      ...parts.map(([index, text]): StreamEvent => ({
        type: 'tool-call-delta',
        index,
        arguments: text,
      })),
      { type: 'finish', finishReason: 'tool_calls' },
    ]
    const text = encodeEvents(testDialect('anthropic-messages'), events)
    const answer = assemble(decodeChunks(testDialect('anthropic-messages'), [Buffer.from(text)]))
    expect(answer.output).toMatchObject([
      { name: 'f', arguments: '{"a":"}\\"x"}' },
      { name: 'g', arguments: '{"b":[1]}' },
      { name: 'h', arguments: '{}' },
    ])
  })

  it('writes the next call as soon as the one before is complete', () => {
    const encoder = testDialect('anthropic-messages').createStreamEncoder({ includeUsage: true })
    const encode = (event: StreamEvent) => encoder.encode(event)
    encode(start)
    encode({ type: 'tool-call-start', index: 0, id: '1', name: 'f' })
    encode({ type: 'tool-call-delta', index: 0, arguments: '{"a":[{}]}' })
    expect(encode({ type: 'tool-call-start', index: 1, id: '2', name: 'g' })).toContain('"g"')
    expect(encode({ type: 'tool-call-delta', index: 0, arguments: ' ' })).toBe('')
    expect(encode({ type: 'tool-call-delta', index: 0, arguments: 'x' })).toContain('event: error')
    expect(encode({ type: 'finish', finishReason: 'tool_calls' })).toBe('')
  })
})
