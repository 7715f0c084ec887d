import { readRetryAfterSeconds } from '@fairlead/base'
import { decodeJsonLines } from '../../framing/json-lines.ts'
import type { ChatFormat } from '../../operations/chat/chat-format.ts'
import type { Dialect } from '../dialect.ts'
import { type AnswerForm, chatForm, generateForm } from './answer-form.ts'
import {
  decodeChatInput,
  decodeGenerateInput,
  decodeRequest,
  decodeTools,
} from './decode-request.ts'
import { decodeResponse } from './decode-response.ts'
import { encodeChatRequest, encodeGenerateRequest } from './encode-request.ts'
import { encodeResponse } from './encode-response.ts'
import { decodeError, encodeError } from './errors.ts'
import { featureFields } from './feature-fields.ts'
import { chatPassage, generatePassage } from './passage.ts'
import { createStreamReader } from './stream-decoder.ts'
import { createStreamEncoder } from './stream-encoder.ts'
import { support } from './support.ts'

/** Ollama's own API for dialogues, `/api/chat`. */
export const ollamaChat = dialectOf('ollama', chatForm, chatPassage, {
  decodeInput: decodeChatInput,
  encodeRequest: encodeChatRequest,
})

/** Ollama's own API for a single prompt, `/api/generate`. */
export const ollamaGenerate = dialectOf('ollama-generate', generateForm, generatePassage, {
  decodeInput: decodeGenerateInput,
  encodeRequest: encodeGenerateRequest,
  singlePrompt: true,
})

function dialectOf(
  name: string,
  form: AnswerForm,
  passage: Dialect['passage'],
  own: Pick<ChatFormat, 'decodeInput' | 'encodeRequest' | 'singlePrompt'>,
): Dialect {
  return {
    name,
    operations: {
      chat: {
        support,
        featureFields,
        ...own,
        decodeRequest: (body, options = {}) => decodeRequest(body, options, own.decodeInput, name),
        decodeTools,
        decodeResponse: (body, nowMs) => decodeResponse(body, nowMs, form, name),
        encodeResponse: (response) => encodeResponse(response, form, name),
        createStreamDecoder: (nowMs) => decodeJsonLines(createStreamReader(nowMs, form, name)),
        createStreamEncoder: () => createStreamEncoder(form, name),
        streamContentType: 'application/x-ndjson',
      },
    },
    passage,
    decodeError: ({ status, body, headers, nowMs }) =>
      decodeError(status, body, readRetryAfterSeconds(headers, nowMs)),
    encodeError,
  }
}
