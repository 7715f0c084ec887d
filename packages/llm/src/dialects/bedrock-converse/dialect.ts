import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeJsonLines } from '../../framing/json-lines.ts'
import type { Dialect } from '../dialect.ts'
import { decodeInput, decodeRequest, decodeTools } from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { dialectName } from './dialect-name.ts'
import { encodeRequest } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { featureFields } from './feature-fields.ts'
import { withoutLostThinking } from './lost-thinking.ts'
import { passage } from './passage.ts'
import { createStreamReader } from './stream-decoder.ts'
import { createStreamEncoder } from './stream-encoder.ts'
import { conflicts, support } from './support.ts'

/**
 * Amazon Bedrock's Converse. Its streams are lines, each an event as AWS's clients give it; the
 * binary frames around them are those of `converse-stream.ts`.
 */
export const bedrockConverse: Dialect = {
  name: dialectName,
  operations: {
    chat: {
      support,
      conflicts,
      featureFields,
      withoutLostThinking,
      // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html
      toolNames: { lengthMax: 64, forbidden: /[^\w-]/g },
      decodeRequest,
      decodeInput,
      decodeTools,
      encodeRequest,
      decodeResponse,
      encodeResponse,
      createStreamDecoder: (nowMs) => decodeJsonLines(createStreamReader(nowMs)),
      createStreamEncoder,
      streamContentType: 'application/x-ndjson',
    },
  },
  passage,
  decodeError: ({ status, body, headers, nowMs }) => {
    const name = headers['x-amzn-errortype']
    return decodeError({
      status,
      name: typeof name === 'string' ? name : name?.[0],
      body,
      retryAfterSeconds: readRetryAfterSeconds(headers, nowMs),
    })
  },
  encodeError,
}
