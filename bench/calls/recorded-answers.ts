/** A response in OpenAI's format, of a given size. */
export function chatAnswer(bytes: number): string {
  return chatAnswerOf('a'.repeat(Math.max(0, bytes - chatAnswerOf('').length)))
}

/** A response in OpenAI's format with a given text. */
export function chatAnswerOf(content: string): string {
  return JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1764000000,
    model: 'gpt-4o-mini-2024-07-18',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 200, total_tokens: 210 },
  })
}

/** What a stream says in each of its chunks: by default ` word0`, ` word1` and so on. */
type WordAt = (index: number) => string

const numberedWord: WordAt = (index) => ` word${index}`

/** The events of a stream with this many content chunks, and usage, as the vendor sends them. */
export function chatEvents(chunks: number, wordAt = numberedWord): string[] {
  const chunk = (delta: object, finish_reason: string | null, usage?: object) =>
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion.chunk',
      created: 1764000000,
      model: 'gpt-4o-mini-2024-07-18',
      service_tier: 'default',
      system_fingerprint: 'fp_bench',
      choices: usage === undefined ? [{ index: 0, delta, logprobs: null, finish_reason }] : [],
      usage: usage ?? null,
    })
  const payloads = [
    chunk({ role: 'assistant', content: '' }, null),
    ...Array.from({ length: chunks }, (_, index) => chunk({ content: wordAt(index) }, null)),
    chunk({}, 'stop'),
    chunk({}, null, { prompt_tokens: 10, completion_tokens: chunks, total_tokens: 10 + chunks }),
    '[DONE]',
  ]
  return payloads.map((payload) => `data: ${payload}\n\n`)
}

/** A request in OpenAI's format, of a given size, with additional fields if given. */
export function chatRequest(
  model: string,
  bytes: number,
  stream: boolean,
  more: object = {},
): string {
  const request = (content: string) =>
    JSON.stringify({
      model,
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content },
      ],
      temperature: 0.7,
      ...more,
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    })
  return request('b'.repeat(Math.max(0, bytes - request('').length)))
}

/** A response in Anthropic's format, of a given size. */
export function anthropicAnswer(bytes: number): string {
  return anthropicAnswerOf('a'.repeat(Math.max(0, bytes - anthropicAnswerOf('').length)))
}

/** A response in Anthropic's format with a given text. */
export function anthropicAnswerOf(text: string): string {
  return JSON.stringify({
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 200 },
  })
}

/** The events of a stream with this many text deltas, as Anthropic sends them. */
export function anthropicEvents(chunks: number, wordAt = numberedWord): string[] {
  const events: { readonly type: string; readonly [field: string]: unknown }[] = [
    {
      type: 'message_start',
      message: {
        id: 'msg_bench',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...Array.from({ length: chunks }, (_, index) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: wordAt(index) },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: chunks },
    },
    { type: 'message_stop' },
  ]
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
}
