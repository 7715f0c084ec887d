import type { ClientConnection } from './client-connection.ts'
import type { ClientRequest, ResponseHandler } from './client-request.ts'

/** One request on its way: waiting for a connection, or on one. */
export class ClientExchange {
  readonly request: ClientRequest
  readonly handler: ResponseHandler
  /** The request's head, as it is sent. */
  readonly head: string
  readonly #onAbort: (exchange: ClientExchange) => void
  #connection: ClientConnection | undefined
  #settled = false

  constructor(
    request: ClientRequest,
    handler: ResponseHandler,
    head: string,
    onAbort: (exchange: ClientExchange) => void,
  ) {
    this.request = request
    this.handler = handler
    this.head = head
    this.#onAbort = onAbort
  }

  /** Whether it has ended, failed or been aborted. */
  get settled(): boolean {
    return this.#settled
  }

  /** Gives up: closes the connection that it is on. The handler is not called any more. */
  abort(): void {
    if (this.#settled) return
    this.#settled = true
    this.#connection?.destroy()
    this.#onAbort(this)
  }

  /**
   * Stops reading, until `resume`: the server is slowed down. What has been read already still
   * comes. Has no effect before the request has a connection.
   */
  pause(): void {
    this.#connection?.pause()
  }

  resume(): void {
    this.#connection?.resume()
  }

  /** It is on this connection now. */
  sentOn(connection: ClientConnection): void {
    this.#connection = connection
  }

  end(): void {
    if (this.#settled) return
    this.#settled = true
    this.#connection = undefined
    this.handler.onEnd()
  }

  fail(error: Error): void {
    if (this.#settled) return
    this.#settled = true
    this.handler.onError(error)
  }
}
