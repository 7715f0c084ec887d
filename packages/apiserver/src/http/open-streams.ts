import type { ServerResponse } from 'node:http'

import type { Clock } from '@fairlead/base'

import type { StreamResponse } from '../exchange/api-response.ts'
import { StalledStreams } from './stalled-streams.ts'
import { warningHeader } from './warning-header.ts'

interface OpenStream {
  /** Stops it and ends the response, so that the client sees a complete one. */
  readonly end: () => void
  /** Stops what produces the stream; safe to call more than once. */
  readonly stop: () => void
}

/** The answers that stream, such as watches. */
export class OpenStreams {
  readonly #streams = new Set<OpenStream>()
  readonly #stalled: StalledStreams
  #ended = false

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#stalled = new StalledStreams(clock)
  }

  /** Sends the beginning of an answer, and what follows until it or the connection ends. */
  open(response: ServerResponse, handled: StreamResponse, warnings: readonly string[]): void {
    response.writeHead(200, {
      'content-type': handled.contentType,
      'cache-control': 'no-cache, private',
      ...warningHeader(warnings),
    })
    if (this.#ended) return void response.end()
    const end = (): void => {
      // The connection may take a while to close, and nothing may be written by then.
      stream.stop()
      response.end()
    }
    const stream: OpenStream = {
      end,
      stop: () => {
        if (this.#streams.delete(stream)) handled.stop()
      },
    }
    this.#streams.add(stream)
    response.once('close', () => {
      this.#stalled.moved(response)
      stream.stop()
    })
    response.on('drain', () => {
      this.#stalled.moved(response)
      handled.resume()
    })
    response.flushHeaders()
    handled.start({
      write: (chunk) => {
        const takesMore = response.write(chunk)
        if (!takesMore) this.#stalled.stalls(response)
        return takesMore
      },
      end,
      drop: () => void response.destroy(),
    })
  }

  /** Ends all of them properly; one that is opened from now on ends at once. */
  endAll(): void {
    this.#ended = true
    for (const { end } of this.#streams) end()
  }

  /** Stops what produces those that are still open, once their connections are gone. */
  stopAll(): void {
    for (const { stop } of this.#streams) stop()
  }
}
