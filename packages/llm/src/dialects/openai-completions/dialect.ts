import { objectOrEmpty } from '@fairlead/base'
import { outlineMessages } from '../../classification/prompt-outline.ts'
import { leadingText } from '../../operations/chat/prompt-prefix.ts'
import { chatFormatOf, type Dialect } from '../dialect.ts'
import { asChat, asCompletion } from './answer-shape.ts'
import { decidedFields } from './decided-fields.ts'
import { decodeInput, decodeRequest } from './decode-request.ts'
import { editBody } from './edit-body.ts'
import { encodeRequest } from './encode-request.ts'
import { inspectRequest } from './sent-fields.ts'
import { createStreamDecoder, createStreamEncoder } from './streams.ts'
import { support } from './support.ts'

/**
 * OpenAI's legacy completions. A prompt is what a user says, and what is completed is the answer;
 * errors, usage, headers and the frames of a stream are those of `chat`, OpenAI's chat completions.
 */
export function completionsBeside(chat: Dialect): Dialect {
  const format = chatFormatOf(chat)
  return {
    name: 'openai-completions',
    operations: {
      chat: {
        singlePrompt: true,
        support,
        decodeRequest,
        decodeInput,
        decodeTools: () => [],
        encodeRequest,
        decodeResponse: (body, nowMs) =>
          format.decodeResponse(asChat(objectOrEmpty(body), 'message'), nowMs),
        encodeResponse: (response) => asCompletion(objectOrEmpty(format.encodeResponse(response))),
        createStreamDecoder: (nowMs) => createStreamDecoder(format, nowMs),
        createStreamEncoder: (options) => createStreamEncoder(format, options),
        streamContentType: format.streamContentType,
      },
    },
    passage: {
      ...chat.passage,
      decidedFields,
      lists: { messages: [], tools: [] },
      inspect: inspectRequest,
      outline: ({ prompt }) => outlineMessages([{ role: 'user', content: prompt }]),
      promptPrefix: ({ prompt }, lengthMax) =>
        leadingText({ tools: undefined, contents: [prompt] }, lengthMax),
      edit: editBody,
    },
    decodeError: chat.decodeError.bind(chat),
    encodeError: chat.encodeError.bind(chat),
  }
}
