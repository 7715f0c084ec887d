import type { IncomingHttpHeaders } from 'node:http'
import { type Duplex, Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { abortReason } from '@fairlead/base'

/** The answer to a request, its body unread. */
export interface Exchange {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Readable & { dump(): Promise<unknown> }
  /** The bare connection, if the server agreed to the upgrade that the request asked for. */
  readonly socket?: Duplex
}

type Options = Dispatcher.RequestOptions & { readonly upgrade?: string }

const refusalLimitBytes = 1024 * 1024

/** Sends a request, which may ask for an upgrade: undici tells nothing of why one was refused. */
export function exchange(dispatcher: Dispatcher, options: Options): Promise<Exchange> {
  if (options.upgrade === undefined) return dispatcher.request(options)
  const { signal, ...rest } = options
  return new Promise((resolve, reject) => {
    const handler = new UpgradeHandler(resolve, reject, signal as AbortSignal | null | undefined)
    dispatcher.dispatch(rest, handler)
  })
}

class UpgradeHandler implements Dispatcher.DispatchHandler {
  readonly #resolve: (exchange: Exchange) => void
  readonly #reject: (error: Error) => void
  readonly #signal: AbortSignal | null | undefined
  #controller: Dispatcher.DispatchController | undefined
  #refusal: { statusCode: number; headers: IncomingHttpHeaders } | undefined
  readonly #chunks: Buffer[] = []
  readonly #abort = () => {
    const reason = abortReason(this.#signal ?? AbortSignal.abort())
    this.#controller?.abort(reason)
    this.#reject(reason)
  }
  #bytes = 0

  constructor(
    resolve: (exchange: Exchange) => void,
    reject: (error: Error) => void,
    signal: AbortSignal | null | undefined,
  ) {
    this.#resolve = resolve
    this.#reject = reject
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort, { once: true })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#signal?.aborted) this.#abort()
  }

  onRequestUpgrade(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
    socket: Duplex,
  ): void {
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#resolve({ statusCode, headers, socket, body: bodyOf([]) })
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#refusal = { statusCode, headers }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes <= refusalLimitBytes) this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this.#abort)
    if (this.#refusal !== undefined) {
      this.#resolve({ ...this.#refusal, body: bodyOf(this.#chunks) })
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#reject(error)
  }
}

function bodyOf(chunks: readonly Buffer[]): Exchange['body'] {
  return Object.assign(Readable.from(chunks), { dump: () => Promise.resolve() })
}
