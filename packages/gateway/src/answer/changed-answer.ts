import { type Dialect, type ModelResponse, responseEvents, type StreamEvent } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'

/** What a transform makes of an answer: of each event of a stream, and of a whole answer. */
export interface AnswerChange {
  /** What stands in an event's place. Called for each once, in their order. */
  events(event: StreamEvent): readonly StreamEvent[]
  response(response: ModelResponse): ModelResponse
}

const noBytes = Buffer.alloc(0)

/** Another answer, changed: it consists of events. */
export class ChangedAnswer implements AnswerStream {
  readonly #answer: AnswerStream
  readonly #change: AnswerChange
  #response: ModelResponse | undefined

  constructor(answer: AnswerStream, change: AnswerChange) {
    this.#answer = answer
    this.#change = change
  }

  get dialect(): Dialect | undefined {
    return undefined
  }

  get rest(): Buffer {
    return noBytes
  }

  get byteLength(): number | undefined {
    return undefined
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

  get usage() {
    return this.#answer.usage
  }

  get estimatedOutputTokens() {
    return this.#answer.estimatedOutputTokens
  }

  get isComplete() {
    return this.#answer.isComplete
  }

  get startsLate(): boolean {
    return this.#answer.startsLate === true
  }

  get reportedError() {
    return this.#answer.reportedError
  }

  async next(): Promise<AnswerPiece | undefined> {
    const piece = await this.#answer.next()
    return piece && this.changed(piece)
  }

  /** A piece of the answer as the change makes it, without bytes. */
  protected changed(piece: AnswerPiece): AnswerPiece {
    let events: readonly StreamEvent[] | undefined
    return { bytes: noBytes, events: () => (events ??= this.#eventsOf(piece)) }
  }

  response(): ModelResponse {
    this.#response ??= this.#change.response(this.#answer.response())
    return this.#response
  }

  #eventsOf(piece: AnswerPiece): readonly StreamEvent[] {
    if (this.isWhole) return responseEvents(this.response())
    return piece.events().flatMap((event) => this.#change.events(event))
  }
}
