import type { JsonObject } from '@fairlead/base'
import { isGiven, readCount } from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'

/**
 * Reads `max_tokens`, which is required unless a PromptTemplate may say it, or no answer is asked for. 0
 * fills the prompt cache: https://platform.claude.com/docs/en/api/messages/create
 */
export function readLimit(
  { max_tokens: limit }: JsonObject,
  { limitOptional, messagesOptional }: DecodeOptions,
): number | undefined {
  const isOptional = limitOptional === true || messagesOptional === true
  return isOptional && !isGiven(limit) ? undefined : readCount(limit, 'max_tokens')
}
