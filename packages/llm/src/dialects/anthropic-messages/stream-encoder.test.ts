import { testDialect } from '../../test-support/test-dialect.ts'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { encodeEvents } from '../../test-support/recordings.ts'

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

  it('ends with an error if calls are interleaved, which blocks cannot express', () => {
    expect(
      typesOf([
        start,
        { type: 'tool-call-start', index: 0, id: '1', name: 'f' },
        { type: 'tool-call-start', index: 1, id: '2', name: 'f' },
        { type: 'tool-call-delta', index: 0, arguments: '{}' },
        { type: 'finish', finishReason: 'tool_calls' },
      ]).slice(-2),
    ).toEqual(['content_block_start', 'error'])
  })
})
