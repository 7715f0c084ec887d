import { invalidField } from '@fairlead/llm'
import type { ConversationRetention } from '../turns/conversation.ts'
import { conversationNotFound, invalidConversationId } from './conversation-errors.ts'
import { isOwnConversationId } from '../turns/ulid.ts'

/** OpenAI's limits. */
const maxMetadataPairs = 16
const maxMetadataKey = 64
const maxMetadataValue = 512

const maxVariables = 64
const maxVariablesBytes = 65_536
const variableName = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/

/** Throws a ModelError 400 that states the rule for an id that is not well-formed. */
export function checkConversationId(id: string): void {
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(id)) return
  throw invalidConversationId()
}

/** Throws a ModelError 404. An id of our own form exists only once assigned, never by first use. */
export function checkMayBeCreated(id: string, createIfMissing: boolean): void {
  if (!createIfMissing || isOwnConversationId(id)) throw conversationNotFound(id)
}

/** Throws a ModelError 400 for metadata over OpenAI's limits. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  const pairs = Object.entries(metadata)
  if (pairs.length > maxMetadataPairs) {
    throw invalidField('metadata', `it has ${pairs.length} pairs; the limit is 16.`)
  }
  for (const [key, value] of pairs) {
    if (key.length > maxMetadataKey) {
      throw invalidField('metadata', `a key has ${key.length} characters; the limit is 64.`)
    }
    if (typeof value !== 'string' || value.length > maxMetadataValue) {
      throw invalidField(`metadata.${key}`, 'it must be a string of at most 512 characters.')
    }
  }
}

/** Throws a ModelError 400 for too many, too large or wrongly named variables. */
export function checkVariables(variables: Readonly<Record<string, string>>): void {
  const names = Object.keys(variables)
  if (names.length > maxVariables) {
    throw invalidField('context.variables', `there are ${names.length}; the limit is 64.`)
  }
  const bad = names.find((name) => !variableName.test(name) || typeof variables[name] !== 'string')
  if (bad !== undefined) {
    const message = `"${bad.slice(0, 64)}" is not valid: a name has up to 64 letters, digits, "_", "." or "-" and begins with a letter or "_"; its value is a string.`
    throw invalidField('context.variables', message)
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > maxVariablesBytes) {
    throw invalidField('context.variables', 'they exceed 64 KiB; send fewer or shorter ones.')
  }
}

/** Throws a ModelError 400 for a subject that is empty, too long or has control characters. */
export function checkSubject(subject: string): void {
  if (/^[^\p{Cc}]{1,256}$/u.test(subject)) return
  throw invalidField('subject', 'it must have 1 to 256 characters and no control characters.')
}

/** Throws a ModelError 400 for a time at which the conversation would be gone already. */
export function checkRetention({ expires_at }: ConversationRetention, nowSeconds: number): void {
  if (expires_at === null) return
  if (Number.isSafeInteger(expires_at) && expires_at > nowSeconds) return
  throw invalidField('expires_at', 'it must be a time to come, in Unix seconds, or null.')
}
