import type { ProviderFormat } from './provider-format.ts'

const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'laboratory' }

const frame = (event: { readonly type: string }) =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

const event = (type: string, fields: object = {}) => frame({ type, ...fields })

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** Messages of Anthropic. */
export const anthropicMessages: ProviderFormat = {
  type: 'Anthropic',
  whole: (text) =>
    JSON.stringify({
      ...message,
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 2 },
    }),
  opening:
    event('message_start', {
      message: {
        ...message,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 0 },
      },
    }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  word: (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  finish:
    event('content_block_stop', { index: 0 }) +
    event('message_delta', {
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 2 },
    }),
  done: event('message_stop'),
  ping: event('ping'),
  error: (status, text = 'It did not work.') => ({
    type: 'error',
    error: {
      type: types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'),
      message: text,
    },
  }),
  garbage: 'event: content_block_delta\ndata: {oops\n\n',
  errorFrame: event('error', { error: { type: 'api_error', message: 'The server failed.' } }),
}
