import type { Clock, Timer } from '@fairlead/base'
import type { OpenTurn } from '@fairlead/context'
import { createStreamAssembler, type ModelError, type StreamAssembler } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import { isCancellation } from '../../errors/is-cancellation.ts'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'

/** How often the partial answer is flushed to the store. */
const flushIntervalMs = 100
/**
 * Each flush takes the whole answer so far. A long one is flushed less often, so that the cost of
 * all flushes grows with the time that an answer takes, and not with the square of its length.
 */
const flushedBytesPerMs = 640

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
  #flushTimer: Timer | undefined
  /** As many as the last flush took. */
  #flushedBytes = 0
  #ended = false

  constructor(turn: OpenTurn, options: TurnRecorderOptions) {
    this.#turn = turn
    this.#options = options
    this.#assembler = createStreamAssembler({ bytesMax: options.bytesMax })
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    if (answer.isWhole) return
    const { bytesMax, clock } = this.#options
    for (const event of piece.events()) {
      if (!this.#assembler.push(event)) throw gatewayError.answerTooLarge(bytesMax)
    }
    // A timer rather than a check of the clock: when a stream stalls, all of it so far must be
    // flushed.
    this.#flushTimer ??= clock.setTimer(this.#flushDelayMs(), () => {
      this.#flushTimer = undefined
      if (this.#ended) return
      this.#flushedBytes = this.#assembler.byteLength
      this.#turn.flush(this.#assembler.partial())
    })
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

  #flushDelayMs(): number {
    return Math.max(flushIntervalMs, this.#flushedBytes / flushedBytesPerMs)
  }

  #end(): void {
    this.#ended = true
    this.#flushTimer?.cancel()
  }
}
