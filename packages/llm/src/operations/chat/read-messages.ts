import type { JsonObject } from '@fairlead/base'
import { invalidField, readArray } from '../../json/request-field.ts'
import type { DecodeOptions } from './chat-format.ts'

/** The `messages` of a body; must not be empty unless messages come from elsewhere. */
export function readMessages(body: JsonObject, options: DecodeOptions): readonly unknown[] {
  const { messages } = body
  if (messages === undefined && options.messagesOptional === true) return []
  const list = readArray(messages, 'messages')
  if (list.length === 0 && options.messagesOptional !== true) {
    throw invalidField('messages', 'it is empty; give at least one message.')
  }
  return list
}
