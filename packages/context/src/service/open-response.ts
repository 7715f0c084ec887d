import type { Clock, JsonObject, Logger } from '@fairlead/base'
import type { KeptResponse } from '../stores/kept-response.ts'
import type { ResponseEnd, ResponseFinish, ResponseStore } from '../stores/response-store.ts'
import type { TurnAnswerer } from '../turns/turn.ts'
import type { OpenResponse, OpenResponseEnd } from './responses.ts'

/** Further frames are not kept, but for those of the end. */
const frameBytesMax = 16 * 1024 * 1024

interface ResponseWriterOptions {
  readonly response: KeptResponse
  readonly store: Pick<ResponseStore, 'flush' | 'finish'>
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Told when what came is stored. */
  readonly written: () => void
  /** Told once, whether or not the end was stored. */
  readonly ended: (end: ResponseEnd, outcome: ResponseFinish | 'unavailable') => void
}

/** Writes a running response: one write at a time, each with all that there is by then. */
export class ResponseWriter implements OpenResponse {
  readonly response: KeptResponse
  readonly #options: ResponseWriterOptions
  #output: readonly JsonObject[] | undefined
  readonly #frames: string[] = []
  #firstFrame = 0
  #frameBytes = 0
  #hasMore = false
  #writing: Promise<void> | undefined
  #finished: Promise<void> | undefined
  #answerer: TurnAnswerer | null = null

  constructor(options: ResponseWriterOptions) {
    this.response = options.response
    this.#options = options
  }

  flush(output: readonly JsonObject[] | undefined, frames: readonly string[]): void {
    if (this.#finished !== undefined) return
    if (output !== undefined) this.#output = output
    for (const frame of frames) {
      this.#frameBytes += Buffer.byteLength(frame)
      if (this.#frameBytes > frameBytesMax) break
      this.#frames.push(frame)
    }
    this.#hasMore = true
    this.#writing ??= this.#write()
  }

  answering(answerer: TurnAnswerer): void {
    this.#answerer = answerer
  }

  finish(end: OpenResponseEnd): Promise<void> {
    this.#finished ??= this.#finish(end)
    return this.#finished
  }

  async #write(): Promise<void> {
    while (this.#hasMore && this.#finished === undefined) {
      this.#hasMore = false
      await this.#writeOnce()
    }
    this.#writing = undefined
  }

  async #writeOnce(): Promise<void> {
    const { store, logger, written } = this.#options
    const { id, tenant } = this.response
    const [output, frames] = [this.#output, [...this.#frames]]
    this.#output = undefined
    try {
      await store.flush([{ tenant, id, output, firstFrame: this.#firstFrame, frames }])
      this.#frames.splice(0, frames.length)
      this.#firstFrame += frames.length
      written()
    } catch (error) {
      // The next write brings its frames again, and a newer output.
      logger.warn({ err: error, response: id }, 'a partial response was not stored')
    }
  }

  async #finish({ frames, ...end }: OpenResponseEnd): Promise<void> {
    await this.#writing
    const { store, clock, logger, ended } = this.#options
    const { id, tenant } = this.response
    const whole: ResponseEnd = {
      ...end,
      tenant,
      id,
      answeredBy: this.#answerer,
      completedAt: Math.floor(clock.now() / 1000),
      firstFrame: this.#firstFrame,
      frames: [...this.#frames, ...frames],
    }
    try {
      ended(whole, await store.finish(whole))
    } catch (error) {
      ended(whole, 'unavailable')
      logger.error({ err: error, response: id }, 'the end of a response was not stored')
      throw error
    }
  }
}
