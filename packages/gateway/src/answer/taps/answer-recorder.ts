import type { Clock } from '@fairlead/base'
import type { OpenAnswer } from '@fairlead/context'
import { createStreamAssembler, type ModelError, type StreamAssembler } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'
import { FlushSchedule } from '../flush-schedule.ts'

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
  readonly #options: AnswerRecorderOptions
  readonly #assembler: StreamAssembler
  readonly #schedule: FlushSchedule
  #ended = false

  constructor(open: OpenAnswer, options: AnswerRecorderOptions) {
    this.#open = open
    this.#options = options
    this.#assembler = createStreamAssembler({ bytesMax: options.bytesMax })
    this.#schedule = new FlushSchedule(options.clock, () => {
      this.#open.flush(this.#assembler.partial())
      return this.#assembler.byteLength
    })
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    if (answer.isWhole) return
    const { bytesMax } = this.#options
    for (const event of piece.events()) {
      if (!this.#assembler.push(event)) throw gatewayError.answerTooLarge(bytesMax)
    }
    this.#schedule.noteChange()
  }

  async complete(answer: AnswerStream): Promise<void> {
    if (this.#ended) return
    const response = answer.isWhole ? answer.response() : this.#assembler.response()
    this.#end()
    await this.#open.complete(response)
  }

  async fail(error: ModelError): Promise<void> {
    if (this.#ended) return
    this.#end()
    await this.#open.fail(error)
  }

  #end(): void {
    this.#ended = true
    this.#schedule.stop()
  }
}
