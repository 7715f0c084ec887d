import {
  type AnswerOptions,
  asksForUsage,
  type ChatFormat,
  chatFormatOf,
  type ModelError,
  type Passage,
  readRequestId,
  type StreamEncoder,
  type StreamEvent,
} from '@fairlead/llm'
import type { Call } from '../call/call.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'
import { keptHeaders, translatedHeaders } from './reply-headers.ts'

const noBytes = Buffer.alloc(0)
/** A stream sends little after its last content: usage, and that it is done. */
const heldEndBytesMax = 1024 * 1024

/** Writes an answer for the caller: its head, its pieces and its end. */
export interface AnswerWriter {
  readonly status: number
  /** Content-Type and other headers of the body. Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  /** The provider's own id of the call, unless `headers` have it or there is none. */
  readonly requestId: string | undefined
  /** Length of the body, where known before its first byte is sent. */
  readonly byteLength: number | undefined
  /** An error that the provider sent within bytes that pass through: the caller already has it. */
  readonly relayedError: ModelError | undefined
  /**
   * A stream's error that has to be sent in the caller's dialect, after what the same piece brought
   * before it.
   */
  readonly brokenOff?: ModelError | undefined
  /**
   * What to send for a piece now, or undefined for nothing. Whatever tells the caller that the
   * answer is complete is held back.
   */
  write(piece: AnswerPiece): Uint8Array | string | undefined
  /** The rest, including what was held back. */
  end(): Uint8Array | string
  /** The last frames of a stream that cannot continue. */
  errorFrames(error: ModelError): string
}

/**
 * Passes bytes through unchanged. If events are needed, the end is held back so that the answer can
 * be stored before the caller sees it.
 */
export class PassingWriter implements AnswerWriter {
  readonly status: number
  readonly headers: readonly string[]
  readonly requestId: string | undefined
  readonly byteLength: number | undefined
  relayedError: ModelError | undefined
  readonly #answer: AnswerStream
  readonly #needsEvents: boolean
  readonly #provider: string
  /** Takes away what the gateway asked for and the caller did not. */
  readonly #withoutUsage: Passage['withoutUsage']
  /** The end, which is held back. */
  readonly #held: Buffer[] = []
  #heldBytes = 0
  readonly #passage: Passage
  /** The latest frames that were passed on. */
  #sent: Buffer = noBytes

  constructor(answer: AnswerStream, call: Call, needsEvents: boolean) {
    this.status = answer.status
    this.#passage = call.dialect.passage
    this.headers = keptHeaders(answer.headers, this.#passage.answerHeaders)
    this.requestId = readRequestId(answer.headers)
    this.byteLength = answer.byteLength
    this.#answer = answer
    this.#needsEvents = needsEvents
    this.#provider = call.record.target?.provider.key ?? ''
    this.#withoutUsage = answer.isWhole ? undefined : unaskedUsage(call)
  }

  write(piece: AnswerPiece): Uint8Array | undefined {
    const bytes = this.#withoutUsage?.(piece.bytes) ?? piece.bytes
    if (!this.#holds(piece)) {
      this.#sent = bytes
      return bytes
    }
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    if (!this.#answer.isWhole && this.#heldBytes > heldEndBytesMax) {
      throw gatewayError.upstreamInvalidResponse(
        this.#provider,
        `longer than ${heldEndBytesMax} bytes after its end`,
      )
    }
    return undefined
  }

  end(): Uint8Array {
    // After an error nothing more is read: the rest may be the beginning of another frame.
    const left = this.relayedError === undefined ? this.#answer.rest : noBytes
    const rest = this.#withoutUsage?.(left) ?? left
    return this.#held.length === 0 ? rest : Buffer.concat([...this.#held, rest])
  }

  errorFrames(error: ModelError): string {
    return this.#passage.errorFrame(error, this.#sent)
  }

  #holds(piece: AnswerPiece): boolean {
    if (this.#answer.isWhole) return this.#needsEvents || piece.bytes.length === this.byteLength
    if (!this.#needsEvents || this.#held.length > 0) return this.#needsEvents
    for (const event of piece.events()) {
      // What is no frame of the provider's API is not passed on: the caller gets an error instead.
      if (event.type === 'error' && event.error.failure === 'InvalidAnswer') throw event.error
      if (event.type === 'error') this.relayedError = event.error
      if (event.type === 'error' || event.type === 'finish') return true
    }
    return false
  }
}

/** Undefined for a caller who is to see the usage as the provider tells it. */
function unaskedUsage({ dialect, record, request }: Call): Passage['withoutUsage'] {
  if (request.sent.includeUsage) return undefined
  return asksForUsage(record.target?.apiFor(dialect).encoding ?? {})
    ? dialect.passage.withoutUsage
    : undefined
}

/** Writes the answer in the caller's dialect, event by event. */
export class StreamWriter implements AnswerWriter {
  readonly status = 200
  readonly headers: readonly string[]
  readonly requestId = undefined
  readonly byteLength = undefined
  readonly relayedError = undefined
  readonly #encoder: StreamEncoder
  #finish: StreamEvent | undefined
  brokenOff: ModelError | undefined

  constructor(answer: AnswerStream, call: Call) {
    const format = chatFormatOf(call.dialect)
    const { kept, repeated, sent } = call.request
    const { maxResponseBytes: heldBytesMax } = call.runtime.snapshot.gateway.limits
    this.headers = [
      'content-type',
      format.streamContentType,
      'cache-control',
      'no-cache',
      ...translatedHeaders(answer, call.dialect, call.services.clock.now()),
    ]
    this.#encoder = format.createStreamEncoder({
      includeUsage: sent.includeUsage,
      repeated,
      hidesSeals: kept?.hidesSeals ?? false,
      heldBytesMax,
    })
  }

  write(piece: AnswerPiece): string | undefined {
    let text = ''
    for (const event of piece.events()) {
      if (event.type === 'error') this.brokenOff = event.error
      else if (event.type === 'finish') this.#finish = event
      else text += this.#encoder.encode(event)
    }
    return text === '' ? undefined : text
  }

  end(): string {
    return this.#finish === undefined ? '' : this.#encoder.encode(this.#finish)
  }

  errorFrames(error: ModelError): string {
    return this.#encoder.encode({ type: 'error', error })
  }
}

/** Writes the answer in the caller's dialect, as one value. */
export class ValueWriter implements AnswerWriter {
  readonly status: number
  readonly headers: readonly string[]
  readonly requestId = undefined
  readonly byteLength = undefined
  readonly relayedError = undefined
  readonly #format: ChatFormat
  readonly #answer: AnswerStream
  readonly #options: AnswerOptions

  constructor(answer: AnswerStream, call: Call) {
    this.status = answer.status
    const told = translatedHeaders(answer, call.dialect, call.services.clock.now())
    this.headers = ['content-type', 'application/json', ...told]
    const { kept, repeated } = call.request
    this.#options = { repeated, hidesSeals: kept?.hidesSeals ?? false }
    this.#format = chatFormatOf(call.dialect)
    this.#answer = answer
  }

  write(): undefined {
    return undefined
  }

  end(): string {
    return JSON.stringify(this.#format.encodeResponse(this.#answer.response(), this.#options))
  }
  /** A whole answer is not begun before it is known to be one. */
  errorFrames(): string {
    return ''
  }
}
