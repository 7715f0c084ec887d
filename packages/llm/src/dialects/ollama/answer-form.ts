import { arrayOrEmpty, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'

/** What one object of an answer says: a whole answer, or a line of a stream. */
interface AnswerPart {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly unknown[]
}

/** How `/api/chat` and `/api/generate` differ in their answers. */
export interface AnswerForm {
  read(answer: JsonObject): AnswerPart
  /** The fields that hold a part; `calls` are as on the wire. */
  write(part: Partial<AnswerPart>): JsonObject
  /** Whether an object is an answer of this form. */
  isAnswer(answer: JsonObject): boolean
}

/** https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion */
export const chatForm: AnswerForm = {
  read(answer) {
    const message = objectOrEmpty(answer['message'])
    return {
      text: stringOrUndefined(message['content']) ?? '',
      thinking: stringOrUndefined(message['thinking']) ?? '',
      calls: arrayOrEmpty(message['tool_calls']),
    }
  },
  write: ({ text = '', thinking = '', calls = [] }) => ({
    message: {
      role: 'assistant',
      content: text,
      ...(thinking === '' ? {} : { thinking }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  }),
  isAnswer: ({ message }) => typeof message === 'object' && message !== null,
}

/** https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-completion */
export const generateForm: AnswerForm = {
  read: ({ response, thinking }) => ({
    text: stringOrUndefined(response) ?? '',
    thinking: stringOrUndefined(thinking) ?? '',
    calls: [],
  }),
  write: ({ text = '', thinking = '' }) => ({
    response: text,
    ...(thinking === '' ? {} : { thinking }),
  }),
  isAnswer: ({ response }) => typeof response === 'string',
}
