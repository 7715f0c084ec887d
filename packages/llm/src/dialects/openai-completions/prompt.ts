import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { invalidField, isGiven, missingField, wrongType } from '../../json/request-field.ts'
import type { Item } from '../../operations/chat/item.ts'

/** The prompts of a body: each a text, or the ids of tokens. Throws for what is neither. */
export function readPrompts({ prompt }: JsonObject): readonly (string | readonly number[])[] {
  if (!isGiven(prompt)) throw missingField('prompt', 'give the text to complete')
  if (typeof prompt === 'string') return [prompt]
  if (!Array.isArray(prompt)) throw wrongType('prompt', 'a string or an array', prompt)
  const list = prompt as readonly unknown[]
  if (list.length === 0) throw invalidField('prompt', 'it is empty; give at least one prompt.')
  if (list.every(isText)) return list
  if (list.every(isNumber)) return [list]
  if (list.every(isTokens)) return list
  throw invalidField('prompt', 'its entries are neither texts nor ids of tokens.')
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isTokens = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(isNumber)

/** The prompt as what a user says, for a model that chats. Throws for what only a provider of completions can read. */
export function decodePrompt(body: JsonObject): Item[] {
  const [prompt, ...others] = readPrompts(body)
  if (others.length > 0) {
    throw invalidField('prompt', 'this model takes one prompt per call; call it once for each.')
  }
  if (typeof prompt !== 'string') {
    throw invalidField('prompt', 'this model does not take ids of tokens; give the text.')
  }
  return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] }]
}

/** What a model that only completes is to read: the one text, or a dialogue as a transcript. */
export function encodePrompt(items: readonly Item[]): string {
  const texts = items.flatMap((item) => (item.type === 'message' ? [spoken(item)] : []))
  const [only] = texts
  if (texts.length === 1 && only?.role === 'user') return only.text
  const lines = texts.map(({ role, text }) => {
    if (role === 'user') return `User: ${text}`
    return role === 'assistant' ? `Assistant: ${text}` : text
  })
  return [...lines, 'Assistant:'].join('\n\n')
}

function spoken({ content, role }: Extract<Item, { type: 'message' }>) {
  const texts = content.map((part) => {
    if (part.type === 'input_text' || part.type === 'output_text') return part.text
    if (part.type === 'refusal') return part.refusal
    throw new ModelError(
      'invalid-request',
      'This model completes texts only; it takes no images, sounds or files.',
      { param: 'messages' },
    )
  })
  return { role, text: texts.join('') }
}
