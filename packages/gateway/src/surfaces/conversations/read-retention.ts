import type { JsonObject } from '@fairlead/base'
import type { ConversationUpdate } from '@fairlead/context'
import { invalidField, readBoolean } from '@fairlead/llm'

export const retentionFields: readonly string[] = ['expires_at', 'legal_hold']

/** Reads how long a conversation is kept. `prefix` stands before the names of fields in errors. */
export function readRetention(
  body: JsonObject,
  prefix: string,
): NonNullable<ConversationUpdate['retention']> {
  const { expires_at, legal_hold } = body
  const hold = legal_hold === undefined ? undefined : readBoolean(legal_hold, `${prefix}legal_hold`)
  if (expires_at !== undefined && expires_at !== null && typeof expires_at !== 'number') {
    throw invalidField(`${prefix}expires_at`, 'it must be Unix seconds, or null.')
  }
  return {
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(hold === undefined ? {} : { legal_hold: hold }),
  }
}
