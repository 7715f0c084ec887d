import type { JsonObject } from '@fairlead/base'
import { outlineMessages } from '../classification/prompt-outline.ts'
import { ModelError } from '../errors/model-error.ts'
import { leadingText } from '../operations/chat/prompt-prefix.ts'
import type { UniqueFields } from '../json/unique-fields.ts'
import type { Passage, PassageEdit, SentFields } from './passage.ts'

/** What an operation of single values has of its own. */
interface ValuePassage {
  readonly decidedFields: UniqueFields
  /** The model that a body names, empty for none, and how much text it has. Throws as `decodeRequest` does. */
  inspect(body: JsonObject): Pick<SentFields, 'textLength'> & { readonly model: string }
  /** What routing may look at. */
  texts(body: JsonObject): readonly string[]
  edit(body: Uint8Array, edit: PassageEdit): Uint8Array
  isAnswer(answer: object): boolean
}

/**
 * How single values pass between two parties of one dialect, whose errors, headers and usage are those
 * of its chat. There is no stream.
 */
export function valuePassage(chat: Passage, own: ValuePassage): Passage {
  return {
    ...chat,
    decidedFields: own.decidedFields,
    lists: { messages: [], tools: [] },
    inspect(body) {
      const { model, textLength } = own.inspect(body)
      return { ...plainFields, model: model === '' ? undefined : model, textLength }
    },
    outline: (body) =>
      outlineMessages(own.texts(body).map((content) => ({ role: 'user', content }))),
    promptPrefix: (body, lengthMax) =>
      leadingText({ tools: undefined, contents: own.texts(body) }, lengthMax),
    edit: (body, _sent, edit) => own.edit(body, edit),
    answerFailure(answer) {
      if (own.isAnswer(answer)) return undefined
      if ('error' in answer) return chat.answerFailure(answer)
      return new ModelError('upstream', 'The provider answered with a body that is no answer.', {
        failure: 'InvalidAnswer',
      })
    },
  }
}

const none: ReadonlySet<never> = new Set<never>()

/** Nothing is written by a model. */
const plainFields: Omit<SentFields, 'model' | 'textLength'> = {
  stream: false,
  includeUsage: false,
  context: false,
  temperature: false,
  outputLimit: false,
  responseFormat: false,
  customTools: none,
  deprecatedTools: false,
  features: none,
  outputTokensMax: 0,
}
