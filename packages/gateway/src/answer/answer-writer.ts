import { chatFormatOf, type ModelError, type StreamEvent } from '@fairlead/llm'
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
  /**
   * What to send of a piece now; undefined when there is nothing. What tells the caller that the
   * answer is whole is held back. Throws the error that a stream tells and that the caller must be
   * told in its own dialect.
   */
  write(piece: AnswerPiece): Uint8Array | string | undefined
  /** An error that the provider told in bytes which pass: the caller has got it with them. */
  readonly toldError: ModelError | undefined
  /** The rest, with what was held back. */
  end(): Uint8Array | string
}

/**
 * Bytes as they came. Of an answer that is read the end is held back, so that it can be stored before
 * the caller sees it.
 */
export function passingWriter(answer: AnswerStream, call: Call, isRead: boolean): AnswerWriter {
  const held: Buffer[] = []
  let toldError: ModelError | undefined
  const holds = (piece: AnswerPiece): boolean => {
    if (answer.isWhole) return isRead || piece.bytes.length === answer.byteLength
    if (!isRead || held.length > 0) return isRead
    for (const event of piece.events()) {
      if (event.type === 'error') toldError = event.error
      if (event.type === 'error' || event.type === 'finish') return true
    }
    return false
  }
  return {
    status: answer.status,
    headers: keptHeaders(answer.headers, call.dialect.passage.answerHeaders),
    byteLength: answer.byteLength,
    write(piece) {
      if (!holds(piece)) return piece.bytes
      held.push(piece.bytes)
      return undefined
    },
    get toldError() {
      return toldError
    },
    end() {
      const [only] = held
      if (only === undefined) return answer.rest
      if (held.length === 1 && answer.rest.length === 0) return only
      return Buffer.concat([...held, answer.rest])
    },
  }
}

/** The answer in the caller's dialect, one event after the other. */
export function streamWriter(call: Call): AnswerWriter {
  const format = chatFormatOf(call.dialect)
  const { includeUsage } = call.request.sent
  const encoder = format.createStreamEncoder({ includeUsage })
  let finish: StreamEvent | undefined
  return {
    status: 200,
    headers: ['content-type', format.streamContentType, 'cache-control', 'no-cache'],
    byteLength: undefined,
    write(piece) {
      let text = ''
      for (const event of piece.events()) {
        if (event.type === 'error') throw event.error
        if (event.type === 'finish') finish = event
        else text += encoder.encode(event)
      }
      return text === '' ? undefined : text
    },
    toldError: undefined,
    end: () => (finish === undefined ? '' : encoder.encode(finish)),
  }
}

/** The answer in the caller's dialect, as one value. */
export function valueWriter(answer: AnswerStream, call: Call): AnswerWriter {
  const format = chatFormatOf(call.dialect)
  return {
    status: answer.status,
    headers: ['content-type', 'application/json'],
    byteLength: undefined,
    write: () => undefined,
    toldError: undefined,
    end: () => JSON.stringify(format.encodeResponse(answer.response())),
  }
}
