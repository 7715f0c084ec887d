import type { HeaderFields } from '@fairlead/http1'
import type { Dialect, ModelError, ModelResponse, StreamEvent, Usage } from '@fairlead/llm'

/**
 * One answer on its way to the caller, whatever its source: a provider, a store, or a transform of
 * another answer. It has started successfully but may still break off. It is read once, by one
 * reader at a time.
 */
export interface AnswerStream {
  /** The dialect of its bytes; undefined for an answer that consists of events only. */
  readonly dialect: Dialect | undefined
  readonly status: number
  /** The provider's response headers; names in lower case. */
  readonly headers: HeaderFields
  /** Whether it is a single value rather than a stream of events. */
  readonly isWhole: boolean
  /** Length in bytes, where known from the start. */
  readonly byteLength: number | undefined
  /** The next piece, or undefined at the end. Rejects with the error that broke the answer off. */
  next(): Promise<AnswerPiece | undefined>
  /** Known at the end: bytes of a truncated last frame. */
  readonly rest: Buffer
  /** The token usage reported so far. */
  readonly usage: Usage | undefined
  /** Known at the end, for an answer without usage: about how many tokens it has. */
  readonly estimatedOutputTokens?: number | undefined
  /**
   * Known at the end: whether a stream signalled its end; one that closes without it was cut off.
   */
  readonly isComplete: boolean
  /**
   * Known at the end of a stream that passes through undecoded: the error that the provider sent in
   * it, which the caller already has.
   */
  readonly reportedError?: ModelError | undefined
  /**
   * Whether its head waits for its first bytes: until then a failure is told as of a whole answer.
   * Absent for one that starts at once.
   */
  readonly startsLate?: boolean
  /** The whole answer as a value. Only when `isWhole`, and only of an answer that is decoded. */
  response(): ModelResponse
}

/** Part of an answer: bytes that can pass through unchanged, and the events in them. */
export interface AnswerPiece {
  /** Whole frames of a stream, or part of a whole answer; empty for an answer without bytes. */
  readonly bytes: Buffer
  /** Decoded on the first call; free if never called. */
  events(): readonly StreamEvent[]
}

/** How an answer will be used, which decides whether it is decoded. */
export interface AnswerUse {
  /** Its bytes pass through to the caller unchanged. */
  readonly passes: boolean
  /** A tap or a transform needs its events, as in a conversation. */
  readonly needsEvents: boolean
  /** The longest answer that may be held, where it cannot pass piece by piece. */
  readonly heldBytesMax: number
}
