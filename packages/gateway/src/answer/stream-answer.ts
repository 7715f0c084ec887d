import type { HeaderFields } from '@fairlead/http1'
import {
  chatFormatOf,
  type Dialect,
  type FrameSource,
  type ModelError,
  type ProgressWatch,
  type RenamedTools,
  type StreamDecoder,
  type StreamEvent,
  type StreamProgress,
  type StreamScanner,
  type Usage,
  withCallerNames,
} from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Exchange } from '../upstream/exchange.ts'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'
import { type AnswerSource, breakOffReason, nextOrCut } from './answer-source.ts'

/**
 * What may come of a stream before its first content is whole; beyond it, it is none. Room for a
 * first frame with an image.
 */
const heldBytesMax = 4 * 1024 * 1024

const noBytes = Buffer.alloc(0)
const noEvents: readonly StreamEvent[] = []

/** A provider's stream of events. */
export class StreamAnswer implements AnswerStream {
  readonly dialect: Dialect
  readonly status: number
  readonly headers: HeaderFields
  readonly isWhole = false
  readonly byteLength = undefined
  readonly #exchange: Exchange
  readonly #provider: string
  readonly #model: string
  /** Splits bytes that pass through at frame boundaries. */
  readonly #frames: FrameSource | undefined
  /** For an answer whose events are needed. */
  readonly #decoder: StreamDecoder | undefined
  /** For an answer that passes through undecoded. */
  readonly #scanner: StreamScanner | undefined
  readonly #progress: ProgressWatch | undefined
  readonly #watch: AnswerSource['watch']
  readonly #renamedTools: RenamedTools
  #taken: readonly AnswerPiece[] = []
  #nextTaken = 0
  #hasContent = false
  /** Bytes that have come before content. */
  #heldBytes = 0
  #usage: Usage | undefined
  #receivedBytes = 0
  #textLength = 0
  #started = false
  #finished = false
  #ended = false

  constructor({
    exchange,
    dialect,
    use,
    provider,
    model,
    nowMs,
    renamedTools,
    watch,
  }: AnswerSource) {
    this.#model = model
    this.#watch = watch
    this.#renamedTools = renamedTools
    this.#exchange = exchange
    this.#provider = provider
    this.dialect = dialect
    this.status = exchange.status
    this.headers = exchange.headers
    if (use.passes) this.#frames = dialect.passage.cutFrames(exchange)
    if (use.needsEvents || !use.passes) {
      this.#decoder = chatFormatOf(dialect).createStreamDecoder(nowMs)
    } else {
      this.#scanner = dialect.passage.createStreamScanner()
      this.#progress = dialect.passage.createProgressWatch()
    }
  }

  /** Whether part of the answer has come. */
  get hasContent(): boolean {
    return this.#hasContent
  }

  /** Puts back the pieces that were read ahead; the next reads return them. */
  putBack(pieces: readonly AnswerPiece[]): void {
    this.#taken = pieces
    this.#nextTaken = 0
  }

  /** Stops reading: the provider may stop sending. */
  abandon(reason: Error): void {
    this.#exchange.abort(reason)
  }

  next(): Promise<AnswerPiece | undefined> {
    const piece = this.#taken[this.#nextTaken]
    if (piece !== undefined) {
      this.#nextTaken += 1
      if (this.#nextTaken === this.#taken.length) this.putBack([])
      return Promise.resolve(piece)
    }
    return this.#frames === undefined ? this.#nextEvents() : this.#nextFrames(this.#frames)
  }

  get rest(): Buffer {
    return this.#frames?.rest ?? noBytes
  }

  get usage(): Usage | undefined {
    if (this.#scanner !== undefined) return this.#scanner.usage
    return this.#usage ?? this.#decoder?.usageSoFar
  }

  /** Decoded, a token per four characters; else by how the last frames were filled. */
  get estimatedOutputTokens(): number | undefined {
    if (this.#scanner === undefined) return Math.ceil(this.#textLength / 4)
    const { tokenBytes } = this.#scanner
    return tokenBytes === undefined ? undefined : Math.round(this.#receivedBytes / tokenBytes)
  }

  /** An error that the provider sent within bytes that passed; looked for at the end. */
  get reportedError(): ModelError | undefined {
    return this.#scanner?.error
  }

  get isComplete(): boolean {
    return this.#scanner === undefined ? this.#finished : this.#scanner.complete
  }

  response(): never {
    throw new Error('a stream has no whole response')
  }

  async #nextFrames(frames: FrameSource): Promise<AnswerPiece | undefined> {
    if (this.#ended) return undefined
    let bytes: Buffer | undefined
    try {
      // Not by nextOrCut: a promise more for every piece is what passing through costs most.
      bytes = await frames.next()
    } catch (error) {
      return this.#endOr(breakOffReason(error, this.#provider))
    }
    if (bytes === undefined) return this.#endFrames(frames.rest)
    this.#started = true
    this.#receivedBytes += bytes.length
    if (this.#scanner !== undefined) {
      this.#scanner.push(bytes)
      this.#look(this.#progress?.push(bytes))
      if (this.#progress?.ended === true && !this.#finished) this.#finish()
      this.#hold(bytes)
      return { bytes, events: notDecoded }
    }
    const events = this.#read(this.#decoder?.push(bytes) ?? noEvents)
    if (this.#decoder?.thinking === true) this.#watch.progressed()
    this.#hold(bytes)
    return { bytes, events: () => events }
  }

  /** Decodes a truncated last frame and the end of the stream. Throws if the answer was cut off. */
  #endFrames(rest: Buffer): AnswerPiece | undefined {
    this.#ended = true
    // An answer without a single frame was cut off, whatever bytes there are.
    if (!this.#started) return undefined
    if (this.#decoder === undefined) {
      if (rest.length > 0) this.#scanner?.push(rest)
      return undefined
    }
    const events = this.#read([...this.#decoder.push(rest), ...this.#decoder.end()])
    const cut = events.find((event) => event.type === 'error')
    if (cut !== undefined) throw cut.error
    return events.length === 0 ? undefined : { bytes: noBytes, events: () => events }
  }

  async #nextEvents(): Promise<AnswerPiece | undefined> {
    while (!this.#ended) {
      const chunk = await this.#nextChunk()
      this.#ended = chunk === undefined
      const decoded = chunk === undefined ? this.#decoder?.end() : this.#decoder?.push(chunk)
      const events = this.#read(decoded ?? noEvents)
      if (this.#decoder?.thinking === true) this.#watch.progressed()
      this.#hold(chunk ?? noBytes)
      if (events.length > 0) return { bytes: chunk ?? noBytes, events: () => events }
    }
    return undefined
  }

  /** Throws when more than enough has come without content. */
  #hold({ length }: Buffer): void {
    if (this.#hasContent) return
    this.#heldBytes += length
    if (this.#heldBytes <= heldBytesMax) return
    throw gatewayError.upstreamInvalidResponse(this.#provider, 'a stream without content')
  }

  async #nextChunk(): Promise<Buffer | undefined> {
    try {
      return await nextOrCut(this.#exchange, this.#provider)
    } catch (error) {
      return this.#endOr(error)
    }
  }

  #finish(): void {
    this.#finished = true
    this.#watch.finished()
  }

  /** The end of a stream that was complete before it broke off or was given up. */
  #endOr(error: unknown): undefined {
    if (!this.isComplete) throw error
    this.#ended = true
    return undefined
  }

  #look(progress: StreamProgress | undefined): void {
    if (progress === 'Nothing') return
    this.#watch.progressed()
    if (progress === 'Content') this.#hasContent = true
  }

  #read(decoded: readonly StreamEvent[]): readonly StreamEvent[] {
    const events = this.#named(decoded)
    if (events.some(isContent)) this.#look('Content')
    for (const event of events) {
      if (event.type === 'usage') this.#usage = event.usage
      else if ('text' in event) this.#textLength += event.text.length
      else if (event.type === 'tool-call-delta') this.#textLength += event.arguments.length
      else if (event.type === 'finish') this.#finish()
    }
    return events
  }

  /** With the model that was asked, where the provider names none, and the caller's names of tools. */
  #named(decoded: readonly StreamEvent[]): readonly StreamEvent[] {
    const [first] = decoded
    const isNamed = first?.type !== 'response-start' || first.model !== ''
    const events = isNamed ? decoded : [{ ...first, model: this.#model }, ...decoded.slice(1)]
    const renamed = this.#renamedTools
    return renamed.size === 0 ? events : events.map((event) => withCallerNames(event, renamed))
  }
}

function isContent({ type }: StreamEvent): boolean {
  return type !== 'response-start' && type !== 'usage' && type !== 'error'
}

function notDecoded(): never {
  throw new Error('an answer that passes through undecoded has no events')
}
