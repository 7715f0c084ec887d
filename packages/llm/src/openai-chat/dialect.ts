import type { Dialect } from '../dialect.ts'
import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeRequest } from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { encodeRequest, type OpenAiChatRequestOptions } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { createStreamDecoder } from './stream-decoder.ts'
import { createStreamEncoder } from './stream-encoder.ts'

export interface OpenAiChatOptions extends OpenAiChatRequestOptions {
  /** Milliseconds since 1970, for HTTP dates and for answers that carry no time. */
  readonly now?: () => number
}

/** OpenAI's Chat Completions, also as the many compatible servers speak it. */
export function createOpenAiChatDialect(options: OpenAiChatOptions = {}): Dialect {
  const now = options.now ?? Date.now
  return {
    name: 'openai-chat',
    decodeRequest,
    encodeRequest: (request) => encodeRequest(request, options),
    decodeResponse: (body) => decodeResponse(body, now()),
    encodeResponse,
    createStreamDecoder: () => createStreamDecoder(now),
    createStreamEncoder,
    decodeError: (status, body, headers) =>
      decodeError(status, body, readRetryAfterSeconds(headers, now())),
    encodeError,
  }
}
