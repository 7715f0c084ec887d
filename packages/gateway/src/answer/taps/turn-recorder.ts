import type { Clock, Timer } from '@fairlead/base'
import type { OpenTurn } from '@fairlead/context'
import { createStreamAssembler, type ModelError } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'

/** How often the partial answer is flushed to the store. */
const flushIntervalMs = 100

/** Records the model's answer in the turn that was opened for it. A turn ends exactly once. */
export class TurnRecorder implements AnswerTap {
  readonly #turn: OpenTurn
  readonly #clock: Pick<Clock, 'setTimer'>
  /** The requested model, for an answer that names none. */
  readonly #model: string
  readonly #assembler = createStreamAssembler()
  #flushTimer: Timer | undefined
  #ended = false

  constructor(turn: OpenTurn, model: string, clock: Pick<Clock, 'setTimer'>) {
    this.#turn = turn
    this.#model = model
    this.#clock = clock
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    if (answer.isWhole) return
    for (const event of piece.events()) this.#assembler.push(event)
    // A timer rather than a check of the clock: when a stream stalls, all of it so far must be
    // flushed.
    this.#flushTimer ??= this.#clock.setTimer(flushIntervalMs, () => {
      this.#flushTimer = undefined
      if (!this.#ended) this.#turn.flush(this.#assembler.partial())
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
      model: response.model === '' ? this.#model : response.model,
    })
  }

  /** Stores the partial answer. */
  async fail(error: ModelError): Promise<void> {
    if (this.#ended) return
    this.#end()
    const output = this.#assembler.partial()
    await this.#turn.finish({
      status: output.length > 0 ? 'incomplete' : 'failed',
      output,
      usage: undefined,
      model: this.#model,
      error,
    })
  }

  #end(): void {
    this.#ended = true
    this.#flushTimer?.cancel()
  }
}
