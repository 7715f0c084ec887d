import type { Clock } from '@fairlead/base'
import type { OpenTurn } from '@fairlead/context'
import { createStreamAssembler, type ModelError, type StreamAssembler } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import { isCancellation } from '../../errors/is-cancellation.ts'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'
import { FlushSchedule } from '../flush-schedule.ts'

interface TurnRecorderOptions {
  /** The requested model, for an answer that names none. */
  readonly model: string
  /** The longest answer that is kept. */
  readonly bytesMax: number
  readonly clock: Pick<Clock, 'setTimer'>
}

/**
 * Records the model's answer in the turn that was opened for it. A turn ends exactly once. `observe`
 * throws `answer_too_large` when the answer becomes longer than may be kept.
 */
export class TurnRecorder implements AnswerTap {
  readonly #turn: OpenTurn
  readonly #options: TurnRecorderOptions
  readonly #assembler: StreamAssembler
  readonly #schedule: FlushSchedule
  #ended = false

  constructor(turn: OpenTurn, options: TurnRecorderOptions) {
    this.#turn = turn
    this.#options = options
    this.#assembler = createStreamAssembler({ bytesMax: options.bytesMax })
    this.#schedule = new FlushSchedule(options.clock, () => {
      this.#turn.flush(this.#assembler.partial())
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
    await this.#turn.finish({
      status: 'completed',
      output: response.output,
      usage: response.usage,
      model: response.model === '' ? this.#options.model : response.model,
      finishReason: response.finishReason,
    })
  }

  /** Stores the partial answer. */
  async fail(error: ModelError): Promise<void> {
    if (this.#ended) return
    this.#end()
    const output = this.#assembler.partial()
    const broken = output.length > 0 ? 'incomplete' : 'failed'
    await this.#turn.finish({
      status: isCancellation(error) ? 'cancelled' : broken,
      output,
      usage: undefined,
      model: this.#options.model,
      error,
    })
  }

  #end(): void {
    this.#ended = true
    this.#schedule.stop()
  }
}
