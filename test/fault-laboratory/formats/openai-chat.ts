import type { ProviderFormat } from './provider-format.ts'

const identity = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'laboratory' }

const frame = (value: object) => `data: ${JSON.stringify(value)}\n\n`

const chunk = (delta: object, finish: string | null = null) =>
  frame({
    ...identity,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })

/** OpenAI's `type` of an error, where it says more than the status. */
const types: Readonly<Record<number, string>> = {
  401: 'invalid_request_error',
  429: 'requests',
  500: 'server_error',
}

/** Chat completions of OpenAI. */
export const openAiChat: ProviderFormat = {
  type: 'OpenAI',
  whole: (text) =>
    JSON.stringify({
      ...identity,
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    }),
  opening: chunk({ role: 'assistant', content: '' }),
  word: (text) => chunk({ content: text }),
  finish: chunk({}, 'stop'),
  done: 'data: [DONE]\n\n',
  ping: ': ping\n\n',
  error: (status, message = 'It did not work.') => ({
    error: { message, type: types[status] ?? 'invalid_request_error', param: null, code: null },
  }),
  garbage: 'data: {oops\n\n',
  errorFrame: frame({
    error: { message: 'The server failed.', type: 'server_error', param: null, code: null },
  }),
}
