import type { Clock, Timer } from '@fairlead/base'
import type { OpenAnswer } from '@fairlead/context'
import { createStreamAssembler, type ModelError, type StreamAssembler } from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'

/** How often what came is handed over, at most. */
const flushIntervalMs = 100
/** As for turns: the cost of all flushes grows with the time that an answer takes. */
const flushedBytesPerMs = 640

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
  #flushTimer: Timer | undefined
  /** As many as the last flush took. */
  #flushedBytes = 0
  #ended = false

  constructor(open: OpenAnswer, options: AnswerRecorderOptions) {
    this.#open = open
    this.#options = options
    this.#assembler = createStreamAssembler({ bytesMax: options.bytesMax })
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    if (answer.isWhole) return
    const { bytesMax, clock } = this.#options
    for (const event of piece.events()) {
      if (!this.#assembler.push(event)) throw gatewayError.answerTooLarge(bytesMax)
    }
    this.#flushTimer ??= clock.setTimer(this.#flushDelayMs(), () => {
      this.#flushTimer = undefined
      if (this.#ended) return
      this.#flushedBytes = this.#assembler.byteLength
      this.#open.flush(this.#assembler.partial())
    })
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

  #flushDelayMs(): number {
    return Math.max(flushIntervalMs, this.#flushedBytes / flushedBytesPerMs)
  }

  #end(): void {
    this.#ended = true
    this.#flushTimer?.cancel()
  }
}
