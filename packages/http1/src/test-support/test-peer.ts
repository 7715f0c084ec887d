import { connect, type Socket } from 'node:net'

/** The other end of a connection: a test writes its bytes, and sees those that come back. */
export class TestPeer {
  readonly socket: Socket
  #received = ''
  #ended = false
  #closed = false
  readonly #watchers = new Set<() => void>()

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (piece: Buffer) => {
      this.#received += piece.toString('latin1')
      this.#changed()
    })
    socket.on('end', () => {
      this.#ended = true
      this.#changed()
    })
    socket.on('close', () => {
      this.#closed = true
      this.#changed()
    })
    socket.on('error', () => {})
  }

  /** Connected. It closes its side only when told to. */
  static connect(port: number): Promise<TestPeer> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new TestPeer(socket))
      })
    })
  }

  /** What has come so far, as Latin-1. */
  get received(): string {
    return this.#received
  }

  /** The statuses of the answers so far. */
  get statuses(): number[] {
    return [...this.#received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
  }

  send(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    return this
  }

  /** Sends no more. */
  finish(): this {
    this.socket.end()
    return this
  }

  async until(condition: (caller: this) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.#closed || this.#ended) throw new Error(`closed after: ${this.#received}`)
      await new Promise<void>((resolve) => this.#watchers.add(resolve))
    }
  }

  /** Resolves with all that came, when the other side has been closed, and closes this one. */
  async closed(): Promise<string> {
    while (!this.#ended && !this.#closed) {
      await new Promise<void>((resolve) => this.#watchers.add(resolve))
    }
    this.socket.end()
    while (!this.#closed) await new Promise<void>((resolve) => this.#watchers.add(resolve))
    return this.#received
  }

  #changed(): void {
    const watchers = [...this.#watchers]
    this.#watchers.clear()
    for (const watcher of watchers) watcher()
  }
}
