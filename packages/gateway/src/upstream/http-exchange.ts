import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { abortReason } from '@fairlead/base'
import type { Exchange } from './exchange.ts'

/** Bytes buffered for a slow reader before the upstream is paused. */
const queuedBytesMax = 128 * 1024

/** An HTTP exchange driven by undici: bytes in by callback, out by `next`, with backpressure. */
export class HttpExchange implements Exchange, Dispatcher.DispatchHandler {
  status = 0
  headers: IncomingHttpHeaders = {}
  readonly opened: Promise<Exchange>
  #resolveOpened: (exchange: Exchange) => void = () => {}
  #rejectOpened: (error: Error) => void = () => {}
  #controller: Dispatcher.DispatchController | undefined
  #queue: Buffer[] = []
  #queuedBytes = 0
  #ended = false
  #error: Error | undefined
  #waiting: { resolve(chunk: Buffer | undefined): void; reject(error: Error): void } | undefined
  readonly #signal: AbortSignal
  readonly #onAbort: () => void

  constructor(signal: AbortSignal) {
    this.#signal = signal
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve
      this.#rejectOpened = reject
    })
    this.#onAbort = () => this.abort(abortReason(signal))
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  next(): Promise<Buffer | undefined> {
    const chunk = this.#takeQueued()
    if (chunk !== undefined) return Promise.resolve(chunk)
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#ended) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  abort(reason: Error): void {
    if (this.#ended || this.#error !== undefined) return
    this.#queue = []
    this.#queuedBytes = 0
    this.#fail(reason)
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#error !== undefined) controller.abort(this.#error)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return
    this.status = status
    this.headers = headers
    this.#resolveOpened(this)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#error !== undefined) return
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      waiting.resolve(chunk)
      return
    }
    this.#queue.push(chunk)
    this.#queuedBytes += chunk.length
    if (this.#queuedBytes > queuedBytesMax) controller.pause()
  }

  onResponseEnd(): void {
    this.#ended = true
    this.#release()
    this.#waiting?.resolve(undefined)
    this.#waiting = undefined
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
  }

  #fail(error: Error): void {
    if (this.#error !== undefined || this.#ended) return
    this.#error = error
    this.#release()
    this.#rejectOpened(error)
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  #takeQueued(): Buffer | undefined {
    if (this.#queue.length === 0) return undefined
    const chunk = this.#queue.length === 1 ? this.#queue[0] : Buffer.concat(this.#queue)
    this.#queue = []
    this.#queuedBytes = 0
    if (this.#controller?.paused === true) this.#controller.resume()
    return chunk
  }

  #release(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
  }
}
