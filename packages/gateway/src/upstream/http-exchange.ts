import type { Cancellation, CancellationListener } from '@fairlead/base'
import {
  type ClientExchange,
  type ConnectionPool,
  HeaderFields,
  type ResponseHandler,
} from '@fairlead/http1'
import { BodyCollection } from './body-collection.ts'
import type { CollectedBody, Exchange, UpstreamRequest } from './exchange.ts'

/** Bytes buffered for a slow reader before the upstream is paused. */
const queuedBytesMax = 128 * 1024

/** An exchange over HTTP: bytes in by callback, out by `next`, with backpressure. */
export class HttpExchange implements Exchange, ResponseHandler, CancellationListener {
  status = 0
  headers = new HeaderFields()
  readonly opened: Promise<Exchange>
  #resolveOpened: (exchange: Exchange) => void = () => {}
  #rejectOpened: (error: Error) => void = () => {}
  #exchange: ClientExchange | undefined
  #queue: Buffer[] = []
  #queuedBytes = 0
  #paused = false
  #collection: BodyCollection | undefined
  #ended = false
  #error: Error | undefined
  #waiting: { resolve(chunk: Buffer | undefined): void; reject(error: Error): void } | undefined
  readonly #cancellation: Cancellation

  constructor(cancellation: Cancellation) {
    this.#cancellation = cancellation
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve
      this.#rejectOpened = reject
    })
    cancellation.listen(this)
  }

  /** Sends the request, unless the exchange has been aborted. */
  startOn(pool: ConnectionPool, { method, path, headers, body }: UpstreamRequest): void {
    if (this.#error !== undefined) return
    this.#exchange = pool.request({ method: method ?? 'POST', path, headers, body }, this)
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

  async collect(bytesMax: number, onProgress: () => void): Promise<CollectedBody> {
    const declared = Number(this.headers.get('content-length') ?? 0)
    const collection = new BodyCollection(bytesMax, declared, onProgress)
    const queued = this.#takeQueued()
    const isFull = queued !== undefined && collection.push(queued)
    if (this.#error !== undefined) throw this.#error
    if (this.#ended) collection.end()
    else if (!isFull) this.#collection = collection
    return collection.collected
  }

  onCancel(reason: Error): void {
    this.abort(reason)
  }

  abort(reason: Error): void {
    if (this.#ended || this.#error !== undefined) return
    this.#queue = []
    this.#queuedBytes = 0
    this.onError(reason)
    this.#exchange?.abort()
  }

  onHead(status: number, headers: HeaderFields): void {
    this.status = status
    this.headers = headers
    this.#resolveOpened(this)
  }

  onData(chunk: Buffer): void {
    if (this.#error !== undefined) return
    if (this.#collection !== undefined) {
      if (this.#collection.push(chunk)) this.#collection = undefined
      return
    }
    const copy = Buffer.allocUnsafe(chunk.length)
    chunk.copy(copy)
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      waiting.resolve(copy)
      return
    }
    this.#queue.push(copy)
    this.#queuedBytes += chunk.length
    if (this.#queuedBytes <= queuedBytesMax || this.#paused) return
    this.#paused = true
    this.#exchange?.pause()
  }

  onEnd(): void {
    this.#ended = true
    this.#release()
    this.#collection?.end()
    this.#collection = undefined
    this.#waiting?.resolve(undefined)
    this.#waiting = undefined
  }

  onError(error: Error): void {
    if (this.#error !== undefined || this.#ended) return
    this.#error = error
    this.#release()
    this.#rejectOpened(error)
    this.#collection?.fail(error)
    this.#collection = undefined
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  #takeQueued(): Buffer | undefined {
    if (this.#queue.length === 0) return undefined
    const chunk = this.#queue.length === 1 ? this.#queue[0] : Buffer.concat(this.#queue)
    this.#queue = []
    this.#resume()
    return chunk
  }

  #resume(): void {
    this.#queuedBytes = 0
    if (!this.#paused) return
    this.#paused = false
    this.#exchange?.resume()
  }

  #release(): void {
    this.#cancellation.unlisten(this)
  }
}
