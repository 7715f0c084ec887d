import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeSse } from '../../framing/decode-sse.ts'
import type { Dialect } from '../dialect.ts'
import { decodeInput, decodeRequest, decodeTools } from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { dialectName } from './dialect-name.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { featureFields } from './feature-fields.ts'
import { passage } from './passage.ts'
import { createStreamDecoder } from './stream-decoder.ts'
import { createStreamEncoder } from './stream-encoder.ts'
import { support } from './support.ts'

/** Letters, digits and `_`, and no digit first: https://docs.cohere.com/reference/errors */
const toolNames = { lengthMax: 64, forbidden: /\W|^\d/g }

/** Cohere's own API for dialogues, `/v2/chat`. */
export const cohereChat: Dialect = {
  name: dialectName,
  operations: {
    chat: {
      support,
      featureFields,
      toolNames,
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
