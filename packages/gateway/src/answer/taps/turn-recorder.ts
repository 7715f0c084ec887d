import type { Clock } from '@fairlead/base'
import type { OpenTurn } from '@fairlead/context'
import type { ModelError } from '@fairlead/llm'
import { isCancellation } from '../../errors/is-cancellation.ts'
import type { TurnOutcome } from '../../metrics/conversation-metrics.ts'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'
import { RecordedOutput } from '../recorded-output.ts'

interface TurnRecorderOptions {
  /** The requested model, for an answer that names none. */
  readonly model: string
  /** The longest answer that is kept. */
  readonly bytesMax: number
  readonly clock: Pick<Clock, 'setTimer'>
  /** Told how the turn has ended. */
  readonly onEnd: (outcome: TurnOutcome) => void
}

/**
 * Records the model's answer in the turn that was opened for it. A turn ends exactly once. `observe`
 * throws `answer_too_large` when the answer becomes longer than may be kept.
 */
export class TurnRecorder implements AnswerTap {
  readonly #turn: OpenTurn
  readonly #model: string
  readonly #onEnd: (outcome: TurnOutcome) => void
  readonly #recorded: RecordedOutput

  constructor(turn: OpenTurn, options: TurnRecorderOptions) {
    this.#turn = turn
    this.#model = options.model
    this.#onEnd = options.onEnd
    this.#recorded = new RecordedOutput(options, (output) => turn.flush(output))
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    this.#recorded.add(piece, answer)
  }

  async complete(answer: AnswerStream): Promise<void> {
    const { finishReason, model, output, usage } = this.#recorded.response(answer)
    if (!this.#recorded.end()) return
    await this.#finish({
      status: 'completed',
      output,
      usage,
      model: model === '' ? this.#model : model,
      finishReason,
    })
  }

  /** Stores the partial answer. */
  async fail(error: ModelError): Promise<void> {
    if (!this.#recorded.end()) return
    const output = this.#recorded.partial()
    const broken = output.length > 0 ? 'incomplete' : 'failed'
    await this.#finish({
      status: isCancellation(error) ? 'cancelled' : broken,
      output,
      usage: undefined,
      model: this.#model,
      error,
    })
  }

  async #finish(end: Parameters<OpenTurn['finish']>[0]): Promise<void> {
    try {
      await this.#turn.finish(end)
    } catch (error) {
      this.#onEnd('unstored')
      throw error
    }
    this.#onEnd(end.status)
  }
}
