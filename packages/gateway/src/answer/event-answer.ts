import { HeaderFields } from '@fairlead/http1'
import {
  createStreamAssembler,
  type ModelResponse,
  responseEvents,
  type StreamEvent,
  type Usage,
} from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'

const noBytes = Buffer.alloc(0)

/** An answer that consists of events only: a stored or a transformed one. */
export class EventAnswer implements AnswerStream {
  readonly dialect = undefined
  readonly status = 200
  readonly headers = new HeaderFields()
  readonly isWhole: boolean
  readonly byteLength = undefined
  readonly rest = noBytes
  usage: Usage | undefined
  isComplete = false
  readonly #next: () => Promise<readonly StreamEvent[] | undefined>
  readonly #response: ModelResponse | undefined
  readonly #assembler = createStreamAssembler()

  /**
   * `next` resolves to events as they arrive, in the grammar of `StreamEvent`, then to undefined.
   * `response` is the same answer as a value, if known; otherwise it is assembled from the events.
   */
  constructor(
    isWhole: boolean,
    next: () => Promise<readonly StreamEvent[] | undefined>,
    response?: ModelResponse,
  ) {
    this.isWhole = isWhole
    this.#next = next
    this.#response = response
  }

  async next(): Promise<AnswerPiece | undefined> {
    const events = await this.#next()
    if (events === undefined) return undefined
    for (const event of events) {
      // A whole answer has no place for an error: the call fails with it.
      if (event.type === 'error' && this.isWhole) throw event.error
      if (event.type === 'usage') this.usage = event.usage
      if (event.type === 'finish') this.isComplete = true
      if (this.isWhole) this.#assembler.push(event)
    }
    return { bytes: noBytes, events: () => events }
  }

  response(): ModelResponse {
    return this.#response ?? this.#assembler.response()
  }
}

/** A value as an answer, either whole or as the equivalent stream. */
export function answerOf(response: ModelResponse, isWhole: boolean): EventAnswer {
  let left: readonly StreamEvent[] | undefined = responseEvents(response)
  const next = () => {
    const all = left
    left = undefined
    return Promise.resolve(all)
  }
  return new EventAnswer(isWhole, next, response)
}
