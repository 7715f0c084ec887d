import { isJsonObject, type JsonObject, parseJson } from '@fairlead/base'
import type { HeaderFields } from '@fairlead/http1'
import {
  chatFormatOf,
  type Dialect,
  type ModelResponse,
  responseEvents,
  responseWithCallerNames,
  type StreamEvent,
  type Usage,
} from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Exchange } from '../upstream/exchange.ts'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'
import { estimatedTokens } from './estimated-usage.ts'
import { type AnswerSource, collectOrCut, nextOrCut, tooLargeToHold } from './answer-source.ts'

/** An undecoded answer longer than this is relayed before it is complete. */
const passedBytesMax = 1024 * 1024
/**
 * Up to this length an answer is parsed to check that it is JSON; beyond it, only the first and
 * last byte are checked.
 */
const parsedBytesMax = 32 * 1024
/** How much of the end of a long answer is kept: usage is there. */
const tailBytes = 4096

const noBytes = Buffer.alloc(0)

/**
 * A provider's answer that is one JSON value. It is received until it is known to be valid:
 * completely, unless it is long and passes through undecoded.
 */
export class WholeAnswer implements AnswerStream {
  readonly dialect: Dialect
  readonly status: number
  readonly headers: HeaderFields
  readonly isWhole = true
  readonly rest = noBytes
  readonly isComplete = true
  readonly #source: AnswerSource
  /** Where the rest comes from; undefined once everything has been received. */
  readonly #more: Exchange | undefined
  #receivedBytes: number
  #first: Buffer | undefined
  /** The last bytes received; all of them, once everything has been received. */
  #tail: Buffer
  /** Known early if the answer was parsed; the parsed value is not kept. */
  #usage: Usage | undefined
  #usageIsKnown = false
  #response: ModelResponse | undefined

  private constructor(source: AnswerSource, first: Buffer, more: Exchange | undefined) {
    const { exchange, dialect } = source
    this.#source = source
    this.#more = more
    this.#first = first
    this.#tail = first
    this.#receivedBytes = first.length
    this.dialect = dialect
    this.status = exchange.status
    this.headers = exchange.headers
  }

  /**
   * Rejects with a ModelError of kind `upstream` if the body is not a JSON object, breaks off, or has
   * to be held and is longer than may be.
   */
  static async receive(source: AnswerSource): Promise<WholeAnswer> {
    const { exchange, use } = source
    const isDecoded = use.needsEvents || !use.passes
    const bytesMax = isDecoded ? use.heldBytesMax : passedBytesMax
    const { bytes, complete } = await collectOrCut(source, bytesMax)
    if (!complete) {
      if (!isDecoded) return new WholeAnswer(source, bytes, exchange)
      exchange.abort(new Error('the answer is too long'))
      throw tooLargeToHold(bytesMax, exchange.status)
    }
    const answer = new WholeAnswer(source, bytes, undefined)
    answer.#check(bytes)
    return answer
  }

  get byteLength(): number | undefined {
    if (this.#more === undefined) return this.#tail.length
    const declared = this.headers.get('content-length')
    return declared === undefined ? undefined : Number(declared)
  }

  next(): Promise<AnswerPiece | undefined> {
    const first = this.#first
    this.#first = undefined
    if (first !== undefined) return Promise.resolve(new WholePiece(first, this))
    return this.#more === undefined ? atEnd : this.#nextOf(this.#more)
  }

  get usage(): Usage | undefined {
    if (this.#response !== undefined) return this.#response.usage
    if (this.#usageIsKnown) return this.#usage
    return this.dialect.passage.scanUsage(this.#tail)
  }

  /** Of an answer too long to be held, by its bytes. */
  get estimatedOutputTokens(): number | undefined {
    if (this.#more !== undefined) return Math.ceil(this.#receivedBytes / 4)
    try {
      return estimatedTokens(this.response().output)
    } catch {
      // What passes need not be an answer that can be read.
      return undefined
    }
  }

  response(): ModelResponse {
    this.#response ??= this.#decode()
    return this.#response
  }

  #decode(): ModelResponse {
    const { model, nowMs, renamedTools } = this.#source
    const value = this.#parse(this.#tail, parseJson)
    const decoded = chatFormatOf(this.dialect).decodeResponse(value, nowMs)
    const response = decoded.model === '' ? { ...decoded, model } : decoded
    return renamedTools.size === 0 ? response : responseWithCallerNames(response, renamedTools)
  }

  async #nextOf(exchange: Exchange): Promise<AnswerPiece | undefined> {
    const chunk = await nextOrCut(exchange, this.#source.provider)
    if (chunk === undefined) return undefined
    this.#source.watch.progressed()
    this.#receivedBytes += chunk.length
    this.#tail =
      chunk.length > tailBytes ? chunk : Buffer.concat([this.#tail.subarray(-tailBytes), chunk])
    return new WholePiece(chunk, this)
  }

  #check(bytes: Buffer): void {
    const { use } = this.#source
    if (use.needsEvents || !use.passes) {
      this.response()
      return
    }
    if (bytes.length <= parsedBytesMax) {
      // Only counts are read: the caller gets the bytes.
      const parsed = this.#parse(bytes, JSON.parse)
      const failure = this.dialect.passage.answerFailure(parsed)
      if (failure !== undefined) throw failure
      this.#usage = this.dialect.passage.readUsage(parsed)
      this.#usageIsKnown = true
      return
    }
    const head = bytes.toString('latin1', 0, 64).trimStart()
    const tail = bytes.toString('latin1', bytes.length - 64).trimEnd()
    if (!head.startsWith('{') || !tail.endsWith('}')) throw this.#notAnObject()
  }

  #parse(bytes: Buffer, parse: (text: string) => unknown): JsonObject {
    try {
      const value = parse(bytes.toString('utf8'))
      if (isJsonObject(value)) return value
    } catch {
      // Reported below, like JSON that is not an object.
    }
    throw this.#notAnObject()
  }

  #notAnObject(): Error {
    return gatewayError.upstreamInvalidResponse(this.#source.provider, 'not a JSON object')
  }
}

const atEnd = Promise.resolve(undefined)

class WholePiece implements AnswerPiece {
  readonly bytes: Buffer
  readonly #answer: WholeAnswer

  constructor(bytes: Buffer, answer: WholeAnswer) {
    this.bytes = bytes
    this.#answer = answer
  }

  events(): StreamEvent[] {
    return responseEvents(this.#answer.response())
  }
}
