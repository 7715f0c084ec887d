import type { ModelError } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'

/** Observes an answer on its way to the caller without changing it. Ends exactly once. */
export interface AnswerTap {
  observe(piece: AnswerPiece, answer: AnswerStream): void
  /**
   * The answer has ended. The caller sees the end only after this resolves; if it rejects, the
   * caller gets an error instead.
   */
  complete(answer: AnswerStream): Promise<void>
  /** The answer failed or broke off. Does nothing if the tap has already ended. */
  fail(error: ModelError): Promise<void>
}
