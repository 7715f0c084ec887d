import { spliceTopLevel } from '../../json/json-splice.ts'
import { uniqueFields } from '../../json/unique-fields.ts'
import type { ModerationInput } from '../../operations/moderation/moderation-request.ts'
import type { Dialect } from '../dialect.ts'
import { valuePassage } from '../value-passage.ts'
import { decodeRequest } from './decode-request.ts'
import { moderationFormat } from './format.ts'

/**
 * OpenAI's moderations, which Mistral has as well. Errors, usage and headers are those of `chat`, its
 * chat completions. https://platform.openai.com/docs/api-reference/moderations,
 * https://docs.mistral.ai/capabilities/guardrailing
 */
export function moderationsBeside(chat: Dialect): Dialect {
  return {
    name: 'openai-moderations',
    operations: { moderation: moderationFormat((answer) => chat.passage.readUsage(answer)) },
    passage: valuePassage(chat.passage, {
      decidedFields: uniqueFields(['model', 'input']),
      inspect(body) {
        const { inputs, model } = decodeRequest(body)
        const texts = inputs.flatMap(textsOf)
        return { model, textLength: texts.reduce((sum, { length }) => sum + length, 0) }
      },
      texts: (body) => decodeRequest(body).inputs.flatMap(textsOf),
      edit: (body, { model, outline }) =>
        spliceTopLevel(body, { set: { model: JSON.stringify(model) } }, outline),
      isAnswer: (answer) => 'results' in answer && Array.isArray(answer.results),
    }),
    decodeError: chat.decodeError.bind(chat),
    encodeError: chat.encodeError.bind(chat),
  }
}

function textsOf(input: ModerationInput): readonly string[] {
  if (typeof input === 'string') return [input]
  return input.flatMap((part) => (part.type === 'text' ? [part.text] : []))
}
