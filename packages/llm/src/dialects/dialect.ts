import type { ModelError } from '../errors/model-error.ts'
import type { ChatFormat } from '../operations/chat/chat-format.ts'
import type { EmbeddingsAnswer } from '../operations/embeddings/embeddings-answer.ts'
import type { EmbeddingsRequest } from '../operations/embeddings/embeddings-request.ts'
import type { ModerationAnswer } from '../operations/moderation/moderation-answer.ts'
import type { ModerationRequest } from '../operations/moderation/moderation-request.ts'
import type { Operation } from '../operations/operation.ts'
import type { RerankAnswer } from '../operations/rerank/rerank-answer.ts'
import type { RerankRequest } from '../operations/rerank/rerank-request.ts'
import type { ValueFormat } from '../operations/value-format.ts'
import type { Passage } from './passage.ts'

/**
 * One format, in both directions: spoken by callers and by providers. Pure: values and bytes in,
 * values and bytes out; sockets and time are left to its user. A dialect holds no state and is
 * shared.
 */
export interface Dialect {
  /** Two parties whose dialects have the same name understand each other's bytes. */
  readonly name: string
  /**
   * The dialect that its requests are in, where only its streams are framed in another way. Defaults
   * to its own name.
   */
  readonly requestDialect?: string
  /** One, or none in a toy. */
  readonly operations: {
    readonly chat?: ChatFormat
    readonly embeddings?: ValueFormat<EmbeddingsRequest, EmbeddingsAnswer>
    readonly moderation?: ValueFormat<ModerationRequest, ModerationAnswer>
    readonly rerank?: ValueFormat<RerankRequest, RerankAnswer>
  }
  /** How bytes pass through undecoded between two parties that both speak it. */
  readonly passage: Passage

  /** Reads a provider's error response, keeping the provider's own wording in the message. */
  decodeError(answer: ErrorAnswer): ModelError
  /**
   * Writes an error for a caller. `requestId` names the call, where the format has a place for that.
   */
  encodeError(error: ModelError, requestId?: string): EncodedError
}

/** A provider's response with an error status. */
export interface ErrorAnswer {
  readonly status: number
  /** Parsed JSON, or text if it is not JSON. */
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

/**
 * The dialect's chat format. Throws if it has none: lists of dialects used for chat must not allow
 * it.
 */
export function chatFormatOf(dialect: Dialect): ChatFormat {
  const { chat } = dialect.operations
  if (chat === undefined) throw new Error(`the dialect ${dialect.name} has no chat`)
  return chat
}

/** What a dialect asks of a model. */
export function operationOf({ operations }: Pick<Dialect, 'operations'>): Operation {
  if (operations.embeddings !== undefined) return 'embeddings'
  if (operations.moderation !== undefined) return 'moderation'
  return operations.rerank === undefined ? 'chat' : 'rerank'
}

/**
 * The format of a dialect whose requests and answers are single values. Throws if it is one of chat.
 * Those of one operation understand each other's requests and answers.
 */
export function valueFormatOf({ name, operations }: Dialect): ValueFormat<unknown, object> {
  const format = operations.embeddings ?? operations.moderation ?? operations.rerank
  if (format === undefined) throw new Error(`the dialect ${name} has no single values`)
  return format
}
