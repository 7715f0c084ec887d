import type { Clock } from '@fairlead/base'
import type { OpenAnswer } from '@fairlead/context'
import type { ModelError } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'
import { RecordedOutput } from '../recorded-output.ts'

interface AnswerRecorderOptions {
  /** The longest answer that is kept. */
  readonly bytesMax: number
  readonly clock: Pick<Clock, 'setTimer'>
}

/**
 * Records the answer that was begun for an Idempotency-Key. `observe` throws `answer_too_large` when
 * it becomes longer than may be kept.
 */
export class AnswerRecorder implements AnswerTap {
  readonly #open: OpenAnswer
  readonly #recorded: RecordedOutput

  constructor(open: OpenAnswer, options: AnswerRecorderOptions) {
    this.#open = open
    this.#recorded = new RecordedOutput(options, (output) => open.flush(output))
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    this.#recorded.add(piece, answer)
  }

  async complete(answer: AnswerStream): Promise<void> {
    const response = this.#recorded.response(answer)
    if (this.#recorded.end()) await this.#open.complete(response)
  }

  async fail(error: ModelError): Promise<void> {
    if (this.#recorded.end()) await this.#open.fail(error)
  }
}
