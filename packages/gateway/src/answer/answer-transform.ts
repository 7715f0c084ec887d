import type { Call } from '../call/call.ts'
import type { AnswerStream } from './answer-stream.ts'

/** Changes answers on their way to the caller. */
export interface AnswerTransform {
  readonly name: string
  /**
   * What it works on: `bytes` leaves an answer that passes unread; `events` has every answer
   * decoded, and written anew for the caller.
   */
  readonly takes: 'bytes' | 'events'
  /** The changed answer. */
  apply(answer: AnswerStream): AnswerStream
}

/** Which calls' answers are changed, and how. */
export interface AnswerTransformer {
  readonly name: string
  /** Undefined leaves the answer to this call as it is. */
  transformFor(call: Call): AnswerTransform | undefined
}
