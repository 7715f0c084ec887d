import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeSse } from '../../framing/decode-sse.ts'
import type { Dialect } from '../dialect.ts'
import { decodeInput, decodeRequest } from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { passage } from './passage.ts'
import { createStreamDecoder } from './stream-decoder.ts'
import { createStreamEncoder } from './stream-encoder.ts'
import { support } from './support.ts'
import { decodeTools } from './tools.ts'

/** OpenAI's Chat Completions, including the variants of the many compatible servers. */
export const openAiChat: Dialect = {
  name: 'openai-chat',
  operations: {
    chat: {
      support,
      // https://platform.openai.com/docs/api-reference/chat/create: the name of a function.
      toolNames: { lengthMax: 64, forbidden: /[^\w-]/g },
      decodeRequest,
      decodeInput,
      decodeTools,
      encodeRequest,
      decodeResponse,
      encodeResponse,
      createStreamDecoder: (nowMs) => decodeSse(createStreamDecoder(nowMs)),
      createStreamEncoder,
      streamContentType: 'text/event-stream; charset=utf-8',
    },
  },
  passage,
  decodeError: ({ status, body, headers, nowMs }) =>
    decodeError(status, body, readRetryAfterSeconds(headers, nowMs)),
  encodeError,
}
