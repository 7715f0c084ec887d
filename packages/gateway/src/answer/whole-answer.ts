import type { IncomingHttpHeaders } from 'node:http'
import {
  chatFormatOf,
  type Dialect,
  type ModelResponse,
  responseEvents,
  type StreamEvent,
  type Usage,
} from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { AnswerPiece, AnswerStream, AnswerUse } from './answer-stream.ts'

/** Longer answers that pass unread are not held back until they are whole. */
const heldBytesMax = 1024 * 1024
/** A longer answer that must be read is refused. */
const readBytesMax = 64 * 1024 * 1024
/** Up to here a whole answer is parsed to know that it is JSON; beyond, its first and last byte tell. */
const parsedBytesMax = 32 * 1024
/** Of a long answer so much of the end is kept: usage is there. */
const tailBytes = 4096

const noBytes = Buffer.alloc(0)

/**
 * A provider's answer that is one JSON value. It is received until it is known to be one: entirely,
 * unless it is long and passes unread.
 */
export class WholeAnswer implements AnswerStream {
  readonly dialect: Dialect
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly isWhole = true
  readonly rest = noBytes
  readonly isComplete = true
  readonly #source: WholeSource
  /** Where more comes from; undefined when all is here. */
  readonly #more: Exchange | undefined
  #first: Buffer | undefined
  /** The end of what has come; all of it, when all is here. */
  #tail: Buffer
  /** Known early where the answer was parsed; the parsed form is not kept. */
  #usage: Usage | undefined
  #usageIsKnown = false
  #response: ModelResponse | undefined

  private constructor(source: WholeSource, first: Buffer, more: Exchange | undefined) {
    const { exchange, dialect } = source
    this.#source = source
    this.#more = more
    this.#first = first
    this.#tail = first
    this.dialect = dialect
    this.status = exchange.status
    this.headers = exchange.headers
  }

  /** Rejects with a ModelError of kind `upstream` for what is no JSON object or breaks off. */
  static async receive(source: WholeSource): Promise<WholeAnswer> {
    const { exchange, use } = source
    const bytesMax = use.passes && !use.isRead ? heldBytesMax : readBytesMax
    const chunks: Buffer[] = []
    let length = 0
    for (;;) {
      const chunk = await nextOrCut(source)
      if (chunk === undefined) break
      chunks.push(chunk)
      length += chunk.length
      if (length <= bytesMax) continue
      if (bytesMax === heldBytesMax) {
        return new WholeAnswer(source, Buffer.concat(chunks), exchange)
      }
      exchange.abort(new Error('the answer is too long'))
      throw gatewayError.upstreamGarbage(source.provider, `longer than ${bytesMax} bytes`)
    }
    const [only] = chunks
    const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
    const answer = new WholeAnswer(source, bytes, undefined)
    answer.#check(bytes)
    return answer
  }

  get byteLength(): number | undefined {
    if (this.#more === undefined) return this.#tail.length
    const declared = this.headers['content-length']
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
    const isEncoded = this.headers['content-encoding'] !== undefined
    return isEncoded ? undefined : this.dialect.passage.scanUsage(this.#tail)
  }

  response(): ModelResponse {
    this.#response ??= chatFormatOf(this.dialect).decodeResponse(
      this.#parse(this.#tail),
      this.#source.nowMs,
    )
    return this.#response
  }

  async #nextOf(exchange: Exchange): Promise<AnswerPiece | undefined> {
    const chunk = await exchange.next()
    if (chunk === undefined) return undefined
    this.#tail =
      chunk.length > tailBytes ? chunk : Buffer.concat([this.#tail.subarray(-tailBytes), chunk])
    return new WholePiece(chunk, this)
  }

  #check(bytes: Buffer): void {
    const { use } = this.#source
    if (use.isRead || !use.passes) {
      this.response()
      return
    }
    if (this.headers['content-encoding'] !== undefined) return
    if (bytes.length <= parsedBytesMax) {
      this.#usage = this.dialect.passage.readUsage(this.#parse(bytes))
      this.#usageIsKnown = true
      return
    }
    const head = bytes.toString('latin1', 0, 64).trimStart()
    const tail = bytes.toString('latin1', bytes.length - 64).trimEnd()
    if (!head.startsWith('{') || !tail.endsWith('}')) throw this.#notAnObject()
  }

  #parse(bytes: Buffer): object {
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'))
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    } catch {
      // Told below, together with JSON that is no object.
    }
    throw this.#notAnObject()
  }

  #notAnObject(): Error {
    return gatewayError.upstreamGarbage(this.#source.provider, 'no JSON object')
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

interface WholeSource {
  readonly exchange: Exchange
  readonly dialect: Dialect
  readonly use: AnswerUse
  /** `namespace/name` of the provider, for errors. */
  readonly provider: string
  /** Wall time, for an answer that carries none. */
  readonly nowMs: number
}

/** An answer that breaks off is a failure like any other: nothing has reached the caller. */
async function nextOrCut({ exchange, provider }: WholeSource): Promise<Buffer | undefined> {
  try {
    return await exchange.next()
  } catch (error) {
    throw error instanceof UpstreamFailure ? error : gatewayError.upstreamCut(provider, error)
  }
}
