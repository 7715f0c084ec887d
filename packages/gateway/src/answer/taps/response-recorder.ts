import { type Clock, type JsonObject, objectOrEmpty, parseJson } from '@fairlead/base'
import type { OpenResponse } from '@fairlead/context'
import {
  type ChatFormat,
  createStreamAssembler,
  type ModelError,
  responseEvents,
  type StreamAssembler,
  type StreamEncoder,
  type StreamEvent,
} from '@fairlead/llm'
import { responseBody } from '../../conversations/present-response.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import { isCancellation } from '../../errors/is-cancellation.ts'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'
import { FlushSchedule } from '../flush-schedule.ts'

/** Longer output is stored at its end only. */
const flushedBytesMax = 1024 * 1024

interface ResponseRecorderOptions {
  /** The format in which the response is kept. */
  readonly format: ChatFormat
  /** What the response repeats of its request. */
  readonly repeated: JsonObject | undefined
  readonly hidesSeals: boolean
  /** Whether the frames of its stream are kept, so that it can be resumed. */
  readonly keepsFrames: boolean
  /** The longest answer that is kept. */
  readonly bytesMax: number
  readonly clock: Pick<Clock, 'setTimer'>
}

/**
 * Records an answer in the response that was begun for it, as its caller is told it, but with the
 * seals of thinking.
 */
export class ResponseRecorder implements AnswerTap {
  readonly #response: OpenResponse
  readonly #options: ResponseRecorderOptions
  readonly #assembler: StreamAssembler
  readonly #schedule: FlushSchedule
  /** Writes what is kept: what the end of a stream repeats is the response. */
  readonly #encoder: StreamEncoder
  /** Writes the frames that the caller is told; undefined where they are not kept. */
  readonly #told: StreamEncoder | undefined
  #frames: string[] = []
  #finish: StreamEvent | undefined
  #ended = false

  constructor(response: OpenResponse, options: ResponseRecorderOptions) {
    const { bytesMax, format, hidesSeals, keepsFrames, repeated } = options
    this.#response = response
    this.#options = options
    this.#assembler = createStreamAssembler({ bytesMax })
    this.#schedule = new FlushSchedule(options.clock, () => this.#flush())
    const shared = { includeUsage: true, repeated, heldBytesMax: bytesMax }
    this.#encoder = format.createStreamEncoder(shared)
    this.#told = keepsFrames ? format.createStreamEncoder({ ...shared, hidesSeals }) : undefined
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    if (answer.isWhole) return
    const { bytesMax } = this.#options
    for (const event of piece.events()) {
      if (!this.#assembler.push(event)) throw gatewayError.answerTooLarge(bytesMax)
      if (event.type === 'finish') this.#finish = event
      else if (event.type !== 'error') this.#write(event)
    }
    this.#schedule.noteChange()
  }

  async complete(answer: AnswerStream): Promise<void> {
    if (this.#ended) return
    const shown = answer.isWhole ? this.#whole(answer) : this.#streamed()
    this.#end()
    const { status, output } = shown
    await this.#response.finish({
      status: status === 'incomplete' ? 'incomplete' : 'completed',
      body: responseBody(shown),
      output: output as readonly JsonObject[],
      error: null,
      frames: this.#frames,
    })
  }

  async fail(error: ModelError): Promise<void> {
    if (this.#ended) return
    this.#end()
    const failed = objectOrEmpty(
      lastResponse(this.#encoder.encode({ type: 'error', error }))['error'],
    )
    const isEnded = isCancellation(error)
    const { code, message } = failed
    await this.#response.finish({
      status: isEnded ? 'cancelled' : 'failed',
      body: this.#response.response.body,
      output: this.#partial(),
      error: isEnded ? null : { code: String(code), message: String(message) },
      frames: this.#frames,
    })
  }

  #whole(answer: AnswerStream): JsonObject {
    const { format, repeated } = this.#options
    const response = answer.response()
    if (this.#told !== undefined) {
      for (const event of responseEvents(response)) this.#tell(event)
    }
    return objectOrEmpty(format.encodeResponse(response, { repeated }))
  }

  #streamed(): JsonObject {
    return this.#finish === undefined ? {} : lastResponse(this.#write(this.#finish))
  }

  #write(event: StreamEvent): string {
    this.#tell(event)
    return this.#encoder.encode(event)
  }

  #tell(event: StreamEvent): void {
    if (this.#told === undefined) return
    for (const frame of framesOf(this.#told.encode(event))) this.#frames.push(frame)
  }

  #flush(): number {
    const bytes = this.#assembler.byteLength
    const frames = this.#frames
    this.#frames = []
    this.#response.flush(bytes > flushedBytesMax ? undefined : this.#partial(), frames)
    return bytes
  }

  /** What came so far, as the kept response shows it. */
  #partial(): readonly JsonObject[] {
    const { format, repeated } = this.#options
    const { id, created_at: createdAt } = this.#response.response
    const output = this.#assembler.partial()
    const answer = { id, model: '', createdAt, output, finishReason: 'stop' } as const
    const shown = objectOrEmpty(format.encodeResponse(answer, { repeated }))
    return (shown['output'] ?? []) as readonly JsonObject[]
  }

  #end(): void {
    this.#ended = true
    this.#schedule.stop()
  }
}

function framesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\n\n)/)
}

/** The response that the last frame of a stream repeats. */
function lastResponse(text: string): JsonObject {
  const data = framesOf(text).at(-1)?.split('\ndata: ')[1]
  return data === undefined ? {} : objectOrEmpty(objectOrEmpty(parseJson(data))['response'])
}
