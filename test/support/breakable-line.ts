import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A port that forwards bytes to another, as long as the line holds. */
export class BreakableLine implements AsyncDisposable {
  #target: number
  #isDark = false
  #cuts = 0
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((client) => this.#forward(client))

  private constructor(target: number) {
    this.#target = target
  }

  static async open(target: number): Promise<BreakableLine> {
    const line = new BreakableLine(target)
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve))
    return line
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** How often it was cut while something was connected. */
  get cuts(): number {
    return this.#cuts
  }

  /** New connections go to this port. */
  leadTo(target: number): void {
    this.#target = target
  }

  /** Breaks all connections, at whatever byte they are. */
  cut(): void {
    this.#cuts += this.#sockets.size > 0 ? 1 : 0
    for (const socket of this.#sockets) socket.destroy()
  }

  /**
   * Loses every byte until `heal`, without a word to either side. Connections that were open by then
   * stay dead: only new ones get through.
   */
  goDark(): void {
    this.#isDark = true
    for (const socket of this.#sockets) silence(socket)
  }

  heal(): void {
    this.#isDark = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #forward(client: Socket): void {
    this.#keep(client)
    if (this.#isDark) return silence(client)
    const upstream = connect(this.#target, '127.0.0.1')
    this.#keep(upstream)
    for (const socket of [client, upstream]) {
      socket.once('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#sockets.delete(socket))
  }
}

function silence(socket: Socket): void {
  socket.unpipe()
  socket.removeAllListeners('data')
  socket.resume()
}
