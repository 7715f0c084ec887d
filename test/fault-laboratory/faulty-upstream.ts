import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A connection of the gateway to the upstream, as a fault sees it. */
export class Connection {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  send(bytes: string | Uint8Array): this {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
    return this
  }

  /** A response head with these header lines, and nothing after it. */
  head(status: number, ...lines: readonly string[]): this {
    return this.send(`HTTP/1.1 ${status} X\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`)
  }

  /** A whole response. */
  respond(status: number, body: string, ...lines: readonly string[]): this {
    const type = lines.some((line) => /^content-type:/i.test(line))
      ? []
      : ['Content-Type: application/json']
    const length = `Content-Length: ${Buffer.byteLength(body)}`
    return this.head(status, ...type, length, ...lines).send(body)
  }

  /** A stream of events in chunks; without `last`, its end does not come. */
  stream(frames: readonly string[], last = true): this {
    this.head(200, 'Content-Type: text/event-stream', 'Transfer-Encoding: chunked')
    for (const one of frames) this.chunk(one)
    return last ? this.send('0\r\n\r\n') : this
  }

  chunk(bytes: string): this {
    return this.send(`${Buffer.byteLength(bytes).toString(16)}\r\n${bytes}\r\n`)
  }

  /** Ends the connection in the regular way. */
  close(): void {
    this.#socket.end()
  }

  /** Breaks it off once what was sent has left. */
  reset(): void {
    this.#socket.end(() => this.#socket.destroy())
  }

  /** Calls again and again until the gateway has gone. */
  repeat(send: () => void): void {
    const again = () => {
      if (this.#socket.destroyed) return
      send()
      if (this.#socket.writableNeedDrain) this.#socket.once('drain', again)
      else setImmediate(again)
    }
    again()
  }
}

/** An upstream on a real socket that does what a fault says. */
export class FaultyUpstream implements AsyncDisposable {
  /** Requests that have come. */
  requests = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(parts: {
    readonly onAccept?: ((connection: Connection) => void) | undefined
    readonly onRequest: (connection: Connection) => void
  }): Promise<FaultyUpstream> {
    const server = createServer()
    const upstream = new FaultyUpstream(server)
    server.on('connection', (socket) => {
      upstream.#sockets.add(socket)
      socket.on('close', () => upstream.#sockets.delete(socket))
      socket.on('error', () => {})
      const connection = new Connection(socket)
      if (parts.onAccept !== undefined) return parts.onAccept(connection)
      readRequests(socket, () => {
        upstream.requests += 1
        parts.onRequest(connection)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return upstream
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Calls for every request whose body has come whole. */
function readRequests(socket: Socket, onRequest: () => void): void {
  let received = Buffer.alloc(0)
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    for (;;) {
      const end = received.indexOf('\r\n\r\n')
      if (end === -1) return
      const head = received.toString('latin1', 0, end)
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
      if (received.length < end + 4 + length) return
      received = received.subarray(end + 4 + length)
      onRequest()
    }
  })
}
