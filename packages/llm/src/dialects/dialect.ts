import type { ModelError } from '../errors/model-error.ts'
import type { ChatFormat } from '../operations/chat/chat-format.ts'
import type { Passage } from './passage.ts'

/**
 * One format, in both directions: what a caller speaks to us and what we speak to a provider. Pure:
 * values and bytes in, values and bytes out; sockets and time stay with the caller. A dialect holds
 * no state and is shared.
 */
export interface Dialect {
  /** Two parties that speak dialects of one name understand each other's bytes. */
  readonly name: string
  readonly operations: { readonly chat?: ChatFormat }
  /** How bytes pass unread between two parties that both speak it. */
  readonly passage: Passage

  /** Reads a provider's error answer. Its message tells the provider's own words. */
  decodeError(answer: ErrorAnswer): ModelError
  /** Writes an error for a caller. */
  encodeError(error: ModelError): EncodedError
}

/** A provider's answer with a status that says that the call failed. */
export interface ErrorAnswer {
  readonly status: number
  /** Parsed JSON, or text when it was not JSON. */
  readonly body: unknown
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Wall time in milliseconds since the epoch, for a Retry-After that is a date. */
  readonly nowMs: number
}

export interface EncodedError {
  readonly status: number
  readonly body: unknown
}

/** The dialect's format of chat; throws when it has none, which its user's list must not allow. */
export function chatFormatOf(dialect: Dialect): ChatFormat {
  const { chat } = dialect.operations
  if (chat === undefined) throw new Error(`the dialect ${dialect.name} has no chat`)
  return chat
}
