import type { IncomingHttpHeaders } from 'node:http'
import type { Dialect, ModelResponse, StreamEvent, Usage } from '@fairlead/llm'

/**
 * One answer on its way to the caller, wherever it comes from: a provider, a store, a transform of
 * another answer. It has begun well; what follows may still break off. It is read once, from one
 * place at a time.
 */
export interface AnswerStream {
  /** The dialect of its bytes; undefined when it has none, only events. */
  readonly dialect: Dialect | undefined
  readonly status: number
  /** Headers of the provider's answer; names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** Whether it is one value; otherwise a stream of events. */
  readonly isWhole: boolean
  /** Length of its bytes, where it is known from the start. */
  readonly byteLength: number | undefined
  /** The next piece, or undefined at the end. Rejects with what broke the answer off. */
  next(): Promise<AnswerPiece | undefined>
  /** Known at the end: bytes of a frame that the end cut off. */
  readonly rest: Buffer
  /** The tokens that it has told of so far. */
  readonly usage: Usage | undefined
  /** Known at the end: whether a stream told its end; one that closes before was cut. */
  readonly isComplete: boolean
  /** The whole answer as a value. Only when `isWhole`, and only of an answer that is read. */
  response(): ModelResponse
}

/** Some of an answer: bytes that can pass as they are, and what they say for whoever asks. */
export interface AnswerPiece {
  /** Whole frames of a stream, or some of a whole answer; empty for an answer without bytes. */
  readonly bytes: Buffer
  /** Decoded when it is asked for first; what nobody asks for costs nothing. */
  events(): readonly StreamEvent[]
}

/** How an answer will be used, which decides how much of it is read. */
export interface AnswerUse {
  /** Its bytes go to the caller as they are. */
  readonly passes: boolean
  /** Somebody reads what it says, as a conversation does. */
  readonly isRead: boolean
}
