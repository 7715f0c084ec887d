import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeSse } from '../../framing/decode-sse.ts'
import type { Dialect } from '../dialect.ts'
import { conflicts } from './conflicts.ts'
import { decodeInput, decodeRequest, decodeTools } from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { featureFields } from './feature-fields.ts'
import { withoutLostThinking } from './lost-thinking.ts'
import { passage } from './passage.ts'
import { createStreamDecoder } from './stream-decoder.ts'
import { createStreamEncoder } from './stream-encoder.ts'
import { support } from './support.ts'

/** Anthropic's Messages API. */
export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  operations: {
    chat: {
      support,
      conflicts,
      featureFields,
      withoutLostThinking,
      restatedFields: ['thinking', 'output_config', 'metadata'],
      // https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools
      toolNames: { lengthMax: 128, forbidden: /[^\w-]/g },
      foreignFields: ['thinking', 'web_search_options'],
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
