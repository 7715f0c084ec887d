import {
  type ChatFormat,
  chatFormatOf,
  type ModelError,
  type StreamEncoder,
  type StreamEvent,
} from '@fairlead/llm'
import type { Call } from '../call/call.ts'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'
import { keptHeaders } from './reply-headers.ts'

/** How an answer is told to its caller: the head, piece by piece, and its end. */
export interface AnswerWriter {
  readonly status: number
  /** Content-Type and what else describes the body. Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  /** Length of the body, where it is known before its first byte goes out. */
  readonly byteLength: number | undefined
  /** An error that the provider told in bytes which pass: the caller has got it with them. */
  readonly toldError: ModelError | undefined
  /**
   * What to send of a piece now; undefined when there is nothing. What tells the caller that the
   * answer is whole is held back. Throws the error that a stream tells and that the caller must be
   * told in its own dialect.
   */
  write(piece: AnswerPiece): Uint8Array | string | undefined
  /** The rest, with what was held back. */
  end(): Uint8Array | string
}

/**
 * Bytes as they came. Of an answer that is read the end is held back, so that it can be stored before
 * the caller sees it.
 */
export class PassingWriter implements AnswerWriter {
  readonly status: number
  readonly headers: readonly string[]
  readonly byteLength: number | undefined
  toldError: ModelError | undefined
  readonly #answer: AnswerStream
  readonly #isRead: boolean
  #held: Buffer | undefined

  constructor(answer: AnswerStream, call: Call, isRead: boolean) {
    this.status = answer.status
    this.headers = keptHeaders(answer.headers, call.dialect.passage.answerHeaders)
    this.byteLength = answer.byteLength
    this.#answer = answer
    this.#isRead = isRead
  }

  write(piece: AnswerPiece): Uint8Array | undefined {
    if (!this.#holds(piece)) return piece.bytes
    this.#held = this.#held === undefined ? piece.bytes : Buffer.concat([this.#held, piece.bytes])
    return undefined
  }

  end(): Uint8Array {
    const { rest } = this.#answer
    if (this.#held === undefined) return rest
    return rest.length === 0 ? this.#held : Buffer.concat([this.#held, rest])
  }

  #holds(piece: AnswerPiece): boolean {
    if (this.#answer.isWhole) return this.#isRead || piece.bytes.length === this.byteLength
    if (!this.#isRead || this.#held !== undefined) return this.#isRead
    for (const event of piece.events()) {
      if (event.type === 'error') this.toldError = event.error
      if (event.type === 'error' || event.type === 'finish') return true
    }
    return false
  }
}

/** The answer in the caller's dialect, one event after the other. */
export class StreamWriter implements AnswerWriter {
  readonly status = 200
  readonly headers: readonly string[]
  readonly byteLength = undefined
  readonly toldError = undefined
  readonly #encoder: StreamEncoder
  #finish: StreamEvent | undefined

  constructor(call: Call) {
    const format = chatFormatOf(call.dialect)
    const { includeUsage } = call.request.sent
    this.headers = ['content-type', format.streamContentType, 'cache-control', 'no-cache']
    this.#encoder = format.createStreamEncoder({ includeUsage })
  }

  write(piece: AnswerPiece): string | undefined {
    let text = ''
    for (const event of piece.events()) {
      if (event.type === 'error') throw event.error
      if (event.type === 'finish') this.#finish = event
      else text += this.#encoder.encode(event)
    }
    return text === '' ? undefined : text
  }

  end(): string {
    return this.#finish === undefined ? '' : this.#encoder.encode(this.#finish)
  }
}

/** The answer in the caller's dialect, as one value. */
export class ValueWriter implements AnswerWriter {
  readonly status: number
  readonly headers: readonly string[] = ['content-type', 'application/json']
  readonly byteLength = undefined
  readonly toldError = undefined
  readonly #format: ChatFormat
  readonly #answer: AnswerStream

  constructor(answer: AnswerStream, call: Call) {
    this.status = answer.status
    this.#format = chatFormatOf(call.dialect)
    this.#answer = answer
  }

  write(): undefined {
    return undefined
  }

  end(): string {
    return JSON.stringify(this.#format.encodeResponse(this.#answer.response()))
  }
}
