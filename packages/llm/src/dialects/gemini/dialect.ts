import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeSse } from '../../framing/decode-sse.ts'
import { formatSseEvent } from '../../framing/sse.ts'
import type { Dialect } from '../dialect.ts'
import { decodeInput, decodeRequest } from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { decodeTools } from './decode-tools.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { featureFields } from './feature-fields.ts'
import { passage } from './passage.ts'
import { dialectName } from './sealed-parts.ts'
import { createStreamDecoder } from './stream-decoder.ts'
import { createStreamEncoder, type StreamFraming } from './stream-encoder.ts'
import { support } from './support.ts'

const serverSentEvents: StreamFraming = {
  answer: (body) => formatSseEvent({ event: '', data: JSON.stringify(body) }),
  end: () => '',
}

/** Google's generateContent, and streamGenerateContent with `alt=sse`. */
export const gemini: Dialect = {
  name: dialectName,
  operations: {
    chat: {
      support,
      featureFields,
      // https://ai.google.dev/api/caching#FunctionDeclaration
      toolNames: { lengthMax: 128, forbidden: /[^\w.:-]/g, beginning: /^[A-Za-z_]/ },
      foreignFields: ['web_search_options'],
      decodeRequest,
      decodeInput,
      decodeTools,
      encodeRequest,
      decodeResponse,
      encodeResponse,
      createStreamDecoder: (nowMs) => decodeSse(createStreamDecoder(nowMs)),
      createStreamEncoder: () => createStreamEncoder(serverSentEvents),
      streamContentType: 'text/event-stream; charset=utf-8',
    },
  },
  passage,
  decodeError: ({ status, body, headers, nowMs }) =>
    decodeError(status, body, readRetryAfterSeconds(headers, nowMs)),
  encodeError,
}
