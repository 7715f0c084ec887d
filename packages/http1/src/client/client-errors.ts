/** The server closed the connection before its response was complete. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  /**
   * Whether the connection had served before and closed within a second, without a byte of this
   * response: the request met a connection that was closing anyway, and was most likely not read.
   */
  readonly wasStale: boolean

  constructor(wasStale: boolean, cause: unknown) {
    super('the server closed the connection', { cause })
    this.wasStale = wasStale
  }
}

/** A connection was not established in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout'
  readonly code = 'ETIMEDOUT'

  constructor(timeoutMs: number) {
    super(`the connection was not established within ${timeoutMs} ms`)
  }
}

/** A proxy did not open the tunnel that it was asked for. The message names the proxy. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError'

  constructor(proxy: string, authority: string, detail: string, cause: unknown) {
    super(`the proxy ${proxy} opened no tunnel to ${authority}: ${detail}`, { cause })
  }
}

/** The pool is closed. */
export class PoolClosed extends Error {
  override readonly name = 'PoolClosed'

  constructor() {
    super('the connections are closed')
  }
}
