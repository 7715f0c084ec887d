import type { ModelError } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'

/** Looks at an answer that passes by, and changes nothing of it. It is ended exactly once. */
export interface AnswerTap {
  look(piece: AnswerPiece, answer: AnswerStream): void
  /**
   * The answer has come to its end. The caller sees the end only after this resolved; when it
   * rejects, the caller is told that the answer is not whole.
   */
  complete(answer: AnswerStream): Promise<void>
  /** The answer did not come, or not whole. A tap that has ended already does nothing. */
  fail(error: ModelError): Promise<void>
}
