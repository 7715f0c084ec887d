import { isJsonObject, type JsonObject } from '@fairlead/base'

/**
 * The person for whom a call is made, as its body says: OpenAI's `safety_identifier` or `user`,
 * Anthropic's `metadata.user_id`. Whoever holds a key can say anything there.
 */
export function bodyEndUser(fields: JsonObject): string | undefined {
  const { metadata, safety_identifier: identifier, user } = fields
  const own = isJsonObject(metadata) ? metadata['user_id'] : undefined
  for (const value of [identifier, user, own]) {
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
