import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/**
 * A Service as kube-proxy has it: each new connection goes to the next endpoint and stays there,
 * whatever becomes of the list. Nothing is sent again.
 */
export class Service implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #endpoints: readonly string[] = []
  #next = 0
  /** Connections that an endpoint refused. */
  refused = 0

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    )
  }

  static async start(): Promise<Service> {
    const service = new Service()
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve))
    return service
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get endpoints(): readonly string[] {
    return this.#endpoints
  }

  /** New connections may go to this address, `http://host:port`. */
  add(url: string): void {
    this.#endpoints = [...this.#endpoints, url]
  }

  remove(url: string): void {
    this.#endpoints = this.#endpoints.filter((each) => each !== url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #accept(socket: Socket): void {
    const endpoint = this.#endpoints[this.#next++ % this.#endpoints.length]
    if (endpoint === undefined) return void socket.resetAndDestroy()
    const { hostname, port } = new URL(endpoint)
    const other = connect({
      host: hostname,
      port: Number(port),
      allowHalfOpen: true,
      noDelay: true,
    })
    const countRefusal = () => void (this.refused += 1)
    other.once('error', countRefusal)
    other.once('connect', () => other.off('error', countRefusal))
    join(socket, other)
    join(other, socket)
    for (const each of [socket, other]) {
      this.#sockets.add(each)
      each.once('close', () => this.#sockets.delete(each))
    }
  }
}

/** What comes from one goes to the other: bytes, the end, and a reset. */
function join(from: Socket, to: Socket): void {
  from.pipe(to)
  from.once('error', () => to.resetAndDestroy())
}
