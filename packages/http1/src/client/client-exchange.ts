import type { ClientConnection } from './client-connection.ts'
import type { ClientRequest, ResponseHandler } from './client-request.ts'

/** One request on its way: waiting for a connection, or on one. */
export class ClientExchange {
  readonly request: ClientRequest
  readonly handler: ResponseHandler
  #connection: ClientConnection | undefined
  #settled = false

  constructor(request: ClientRequest, handler: ResponseHandler) {
    this.request = request
    this.handler = handler
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
  }

  /** Stops reading, until `resume`: the server is slowed down. */
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
