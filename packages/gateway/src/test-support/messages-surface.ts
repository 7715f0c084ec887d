import { anthropicMessages } from '@fairlead/llm'
import { readCallContext } from '../call/call-context.ts'
import { CallRequest } from '../call/call-request.ts'
import { parseJsonObject } from '../http/json-body.ts'
import type { Surface } from '../surfaces/surface.ts'

/** Anthropic's Messages at a path of its own, so that answers of its dialect pass through. */
export const messagesSurface: Surface = {
  name: 'test-messages',
  dialect: anthropicMessages,
  routes: [
    {
      method: 'POST',
      path: '/test/messages',
      reader: (call) => (body) => {
        const fields = parseJsonObject(body)
        return new CallRequest({
          body,
          fields,
          context: readCallContext(call.http.request.headers, undefined),
          rendered: undefined,
          sent: call.dialect.passage.inspect(fields),
          defaultModel: undefined,
        })
      },
    },
  ],
}

/** A message of a Claude model with this text. */
export function claudeMessage(text: string): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 2 },
  }
}

/** The events of a stream of a Claude model that says these words. */
export function claudeEvents(words: readonly string[]): string[] {
  const events = [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...words.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 2 },
    },
    { type: 'message_stop' },
  ]
  return events.map((event) => JSON.stringify(event))
}
