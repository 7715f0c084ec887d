import { createStreamAssembler, type ModelResponse } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from '../../answer/answer-stream.ts'

/** An answer on its way, as it is, of which the whole is known at its end. */
export class RecordedAnswer implements AnswerStream {
  readonly #answer: AnswerStream
  readonly #assembler
  readonly #onUnfit: () => void
  #isUnfit = false
  #ended: ModelResponse | undefined

  /** An answer that becomes longer than `bytesMax` is not recorded, which `onUnfit` hears at once. */
  constructor(answer: AnswerStream, bytesMax: number, onUnfit: () => void) {
    this.#answer = answer
    this.#onUnfit = onUnfit
    this.#assembler = createStreamAssembler({ bytesMax })
  }

  /** The answer, if it has come to its end without an error. */
  get recorded(): ModelResponse | undefined {
    return this.#ended
  }

  get dialect() {
    return this.#answer.dialect
  }

  get status() {
    return this.#answer.status
  }

  get headers() {
    return this.#answer.headers
  }

  get isWhole() {
    return this.#answer.isWhole
  }

  get byteLength() {
    return this.#answer.byteLength
  }

  get rest() {
    return this.#answer.rest
  }

  get usage() {
    return this.#answer.usage
  }

  get estimatedOutputTokens() {
    return this.#answer.estimatedOutputTokens
  }

  get isComplete() {
    return this.#answer.isComplete
  }

  get reportedError() {
    return this.#answer.reportedError
  }

  get startsLate() {
    return this.#answer.startsLate === true
  }

  async next(): Promise<AnswerPiece | undefined> {
    const piece = await this.#answer.next()
    if (piece === undefined) this.#end()
    else if (!this.isWhole) this.#record(piece)
    return piece
  }

  response(): ModelResponse {
    return this.#answer.response()
  }

  #record(piece: AnswerPiece): void {
    if (this.#isUnfit) return
    for (const event of piece.events()) {
      if (event.type === 'error' || !this.#assembler.push(event)) {
        this.#isUnfit = true
        this.#onUnfit()
        return
      }
    }
  }

  #end(): void {
    const { isComplete, reportedError } = this.#answer
    if (this.#isUnfit || !isComplete || reportedError !== undefined) return
    this.#ended = this.isWhole ? this.#answer.response() : this.#assembler.response()
  }
}
