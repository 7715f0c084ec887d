import { spliceTopLevel } from '../../json/json-splice.ts'
import { uniqueFields } from '../../json/unique-fields.ts'
import type { Dialect } from '../dialect.ts'
import { valuePassage } from '../value-passage.ts'
import { decodeRequest } from './decode-request.ts'
import { embeddingsFormat } from './format.ts'

/** Of the text that a token stands for, on average. */
const charactersPerToken = 4

/** OpenAI's embeddings. Errors, usage and headers are those of `chat`, its chat completions. */
export function embeddingsBeside(chat: Dialect): Dialect {
  return {
    name: 'openai-embeddings',
    operations: { embeddings: embeddingsFormat((answer) => chat.passage.readUsage(answer)) },
    passage: valuePassage(chat.passage, {
      decidedFields: uniqueFields([
        'model',
        'input',
        'dimensions',
        'encoding_format',
        'input_type',
        'user',
      ]),
      inspect(body) {
        const { inputs, model } = decodeRequest(body)
        const lengths = inputs.map((input) =>
          typeof input === 'string' ? input.length : input.length * charactersPerToken,
        )
        return { model, textLength: lengths.reduce((sum, one) => sum + one, 0) }
      },
      texts: (body) => decodeRequest(body).inputs.filter((input) => typeof input === 'string'),
      // OpenAI answers a field that it does not know with an error.
      edit: (body, { model, outline }) =>
        spliceTopLevel(
          body,
          { set: { model: JSON.stringify(model) }, remove: ['input_type'] },
          outline,
        ),
      isAnswer: (answer) => 'data' in answer && Array.isArray(answer.data),
    }),
    decodeError: chat.decodeError.bind(chat),
    encodeError: chat.encodeError.bind(chat),
  }
}
