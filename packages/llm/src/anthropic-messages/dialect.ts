import type { Dialect } from '../dialect.ts'
import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeRequest } from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { createStreamDecoder } from './stream-decoder.ts'
import { createStreamEncoder } from './stream-encoder.ts'

export interface AnthropicMessagesOptions {
  /** Milliseconds since 1970, for HTTP dates and for answers, which carry no time. */
  readonly now?: () => number
}

/** Anthropic's Messages API. */
export function createAnthropicMessagesDialect(options: AnthropicMessagesOptions = {}): Dialect {
  const now = options.now ?? Date.now
  return {
    name: 'anthropic-messages',
    decodeRequest,
    encodeRequest,
    decodeResponse: (body) => decodeResponse(body, now()),
    encodeResponse,
    createStreamDecoder: () => createStreamDecoder(now),
    createStreamEncoder,
    decodeError: (status, body, headers) =>
      decodeError(status, body, readRetryAfterSeconds(headers, now())),
    encodeError,
  }
}
