import { chatFormatOf, type Dialect } from '../dialect.ts'
import { gemini } from './dialect.ts'
import { createStreamEncoder, type StreamFraming } from './stream-encoder.ts'

/** Each answer of the stream is an entry of one JSON array, which begins with the first of them. */
function jsonArray(): StreamFraming {
  let started = false
  return {
    answer(body) {
      const separator = started ? ',\r\n' : '['
      started = true
      return separator + JSON.stringify(body)
    },
    end: () => ']',
  }
}

/**
 * Google's streamGenerateContent without `alt=sse`: requests and whole answers are those of `gemini`,
 * streams come as one JSON array. For callers only: providers are asked for events.
 */
export const geminiJsonArray: Dialect = {
  ...gemini,
  name: 'gemini-json-array',
  requestDialect: gemini.name,
  operations: {
    chat: {
      ...chatFormatOf(gemini),
      createStreamEncoder: () => createStreamEncoder(jsonArray()),
      streamContentType: 'application/json; charset=utf-8',
    },
  },
}
