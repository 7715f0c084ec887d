import type { Clock } from '@fairlead/base'
import {
  createStreamAssembler,
  type Item,
  type ModelResponse,
  type StreamAssembler,
} from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'
import { FlushSchedule } from './flush-schedule.ts'

interface RecordedOutputOptions {
  /** The longest answer that is kept. */
  readonly bytesMax: number
  readonly clock: Pick<Clock, 'setTimer'>
}

/** What has come of an answer that is recorded. It is handed over while it grows, until it ends. */
export class RecordedOutput {
  readonly #bytesMax: number
  readonly #assembler: StreamAssembler
  readonly #schedule: FlushSchedule
  #ended = false

  /** `flush` takes the whole output so far. */
  constructor(
    { bytesMax, clock }: RecordedOutputOptions,
    flush: (output: readonly Item[]) => void,
  ) {
    this.#bytesMax = bytesMax
    this.#assembler = createStreamAssembler({ bytesMax })
    this.#schedule = new FlushSchedule(clock, () => {
      flush(this.#assembler.partial())
      return this.#assembler.byteLength
    })
  }

  /** Throws `answer_too_large` when the answer becomes longer than may be kept. */
  add(piece: AnswerPiece, answer: AnswerStream): void {
    if (answer.isWhole) return
    for (const event of piece.events()) {
      if (!this.#assembler.push(event)) throw gatewayError.answerTooLarge(this.#bytesMax)
    }
    this.#schedule.noteChange()
  }

  /** Nothing more is handed over. False if it had ended before. */
  end(): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#schedule.stop()
    return true
  }

  /** The answer, once it is complete. */
  response(answer: AnswerStream): ModelResponse {
    return answer.isWhole ? answer.response() : this.#assembler.response()
  }

  /** What came of an answer that broke off. */
  partial(): readonly Item[] {
    return this.#assembler.partial()
  }
}
