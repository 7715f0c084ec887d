import type { Call } from '../call/call.ts'
import type { AnswerStream } from './answer-stream.ts'

/** Changes answers on their way to the caller. */
export interface AnswerTransform {
  readonly name: string
  /**
   * What it works on: `bytes` lets an answer pass through undecoded; `events` has every answer
   * decoded and encoded anew for the caller; with `both` it is decoded, and passes where the changed
   * answer still has its bytes.
   */
  readonly takes: 'bytes' | 'events' | 'both'
  /** The changed answer. */
  apply(answer: AnswerStream): AnswerStream
}

/** Decides which answers are transformed, and how. */
export interface AnswerTransformer {
  readonly name: string
  /** Undefined leaves the answer to this call unchanged. */
  transformFor(call: Call): AnswerTransform | undefined
}
