import type { ProviderFormat } from './provider-format.ts'
import { words } from './provider-format.ts'
import { openAiChat } from './openai-chat.ts'

const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] })

const item = (text: string, status: string) => ({
  id: 'msg_1',
  type: 'message',
  status,
  role: 'assistant',
  content: text === '' ? [] : [part(text)],
})

const response = (text: string, status: string) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_700_000_000,
  status,
  error: null,
  incomplete_details: null,
  model: 'laboratory',
  output: text === '' ? [] : [item(text, status)],
  tools: [],
  usage:
    text === ''
      ? null
      : {
          input_tokens: 3,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 2,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 5,
        },
})

/** Their numbers are left out, for frames are put together in many ways. */
const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

const text = words.join('')
const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }

/** Responses of OpenAI, at another path than chat completions and with the same errors. */
export const openAiResponses: ProviderFormat = {
  ...openAiChat,
  whole: (said) => JSON.stringify(response(said, 'completed')),
  opening:
    event('response.created', { response: response('', 'in_progress') }) +
    event('response.output_item.added', { output_index: 0, item: item('', 'in_progress') }) +
    event('response.content_part.added', { ...place, part: part('') }),
  word: (delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] }),
  finish:
    event('response.output_text.done', { ...place, text, logprobs: [] }) +
    event('response.content_part.done', { ...place, part: part(text) }) +
    event('response.output_item.done', { output_index: 0, item: item(text, 'completed') }) +
    event('response.completed', { response: response(text, 'completed') }),
  // Its end says why it ends, and nothing follows but a comment.
  done: ': done\n\n',
  errorFrame: event('error', {
    error: { message: 'The server failed.', type: 'server_error', param: null, code: null },
  }),
}
