import { connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between a client and a server, and can be cut. */
export class CuttingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #mode: 'open' | 'refusing' | 'silent' = 'open'
  #isLosing = false
  /** Called with what the client sends; may cut. */
  onRequest: ((data: string | Buffer) => void) | undefined
  /** What arrives at the server in place of what was sent. */
  rewriteRequest: ((data: string | Buffer) => Buffer | undefined) | undefined
  /** What arrives at the client in place of what was sent. */
  rewriteAnswer: ((data: string | Buffer) => Buffer | undefined) | undefined

  private constructor(targetPort: number) {
    this.#server = createServer((client) => {
      client.on('error', () => {})
      if (this.#mode === 'refusing') {
        client.destroy()
        return
      }
      const target = connect(targetPort, '127.0.0.1')
      target.on('error', () => {})
      for (const socket of [client, target]) {
        this.#sockets.add(socket)
        socket.once('close', () => {
          this.#sockets.delete(socket)
          client.destroy()
          target.destroy()
        })
      }
      client.on('data', (data) => {
        if (this.#mode === 'silent') return
        target.write(this.rewriteRequest?.(data) ?? data)
        this.onRequest?.(data)
      })
      target.on('data', (data) => {
        if (this.#isLosing) {
          this.#isLosing = false
          client.destroy()
        } else if (this.#mode === 'open') client.write(this.rewriteAnswer?.(data) ?? data)
      })
    })
  }

  static async start(targetPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Ends all connections, and refuses new ones until `mend`. */
  cut(): void {
    this.#mode = 'refusing'
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Connections stay, and nothing gets through. */
  silence(): void {
    this.#mode = 'silent'
  }

  /** The next answer ends its connection instead of arriving. */
  loseAnswer(): void {
    this.#isLosing = true
  }

  mend(): void {
    this.#mode = 'open'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
