/** What a provider of one dialect sends, in pieces. */
export interface Wire {
  readonly type: 'OpenAI' | 'Anthropic'
  /** A whole answer that says `one two`. */
  readonly answer: string
  /** Frames of a stream: what comes before content. */
  readonly start: string
  /** Content, and more of it. */
  readonly content: readonly [string, string]
  /** The regular end. */
  readonly end: string
  readonly ping: string
  /** An error as a frame of a stream. */
  errorFrame(type: string, message: string): string
  /** An error as a body. */
  errorBody(type: string, message: string, code?: string | number): string
}

const frame = (value: object, event?: string) =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(value)}\n\n`

const chunk = (delta: object, finish: string | null = null) =>
  frame({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })

const openAi: Wire = {
  type: 'OpenAI',
  answer: JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'm',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'one two' }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  }),
  start: chunk({ role: 'assistant', content: '' }),
  content: [chunk({ content: 'one ' }), chunk({ content: 'two' })],
  end: `${chunk({}, 'stop')}data: [DONE]\n\n`,
  ping: ': ping\n\n',
  errorFrame: (type, message) => frame({ error: { message, type } }),
  errorBody: (type, message, code) =>
    JSON.stringify({ error: { message, type, param: null, code: code ?? null } }),
}

const named = (event: { readonly type: string; readonly [field: string]: unknown }) =>
  frame(event, event.type)

const anthropic: Wire = {
  type: 'Anthropic',
  answer: JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'one two' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 2 },
  }),
  start:
    named({
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: { input_tokens: 1, output_tokens: 0 },
      },
    }) +
    named({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'text', text: '' },
    }),
  content: [
    named({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'one ' },
    }),
    named({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'two' },
    }),
  ],
  end:
    named({ type: 'content_block_stop', index: 0 }) +
    named({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 2 },
    }) +
    named({ type: 'message_stop' }),
  ping: named({ type: 'ping' }),
  errorFrame: (type, message) => named({ type: 'error', error: { type, message } }),
  errorBody: (type, message) => JSON.stringify({ type: 'error', error: { type, message } }),
}

export const wires: readonly Wire[] = [openAi, anthropic]
