import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { FakeClock } from '@fairlead/base/testing'
import { connectorTo, type ConnectOptions } from '../client/connect.ts'
import { ConnectionPool, type PoolOptions } from '../client/connection-pool.ts'
import type { ClientRequest, ResponseHandler } from '../client/client-request.ts'
import type { ClientExchange } from '../client/client-exchange.ts'
import type { HeaderFields } from '../message/header-fields.ts'
import { eventually } from './eventually.ts'
import { TestPeer } from './test-peer.ts'

/** The other end of a client: it says what the test tells it to. */
export class TestOrigin {
  readonly clock = new FakeClock()
  /** The connections, in the order in which they came. */
  readonly peers: TestPeer[] = []
  readonly #server: Server
  readonly #scheme: string

  private constructor(server: Server, scheme: string) {
    this.#server = server
    this.#scheme = scheme
  }

  static async start(tls?: { readonly key: string; readonly cert: string }): Promise<TestOrigin> {
    const server = tls === undefined ? createServer({ allowHalfOpen: true }) : createTlsServer(tls)
    const origin = new TestOrigin(server, tls === undefined ? 'http' : 'https')
    const event = tls === undefined ? 'connection' : 'secureConnection'
    server.on(event, (socket: Socket | TLSSocket) => origin.peers.push(new TestPeer(socket)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return origin
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  connector(options: Partial<ConnectOptions> = {}) {
    return connectorTo({
      origin: `${this.#scheme}://127.0.0.1:${this.port}`,
      clock: this.clock,
      timeoutMs: 5_000,
      lookup: () => {
        throw new Error('an address is not looked up')
      },
      ...options,
    })
  }

  pool(options: Partial<PoolOptions> = {}): ConnectionPool {
    return new ConnectionPool({
      host: 'origin.example',
      connect: this.connector(),
      clock: this.clock,
      connectionsMax: 10,
      idleMs: 30_000,
      ...options,
    })
  }

  async peer(index: number): Promise<TestPeer> {
    await eventually(() => this.peers.length > index)
    const peer = this.peers[index]
    if (peer === undefined) throw new Error('there is no such connection')
    return peer
  }

  async stop(): Promise<void> {
    for (const { socket } of this.peers) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** A request on its way, and what has come of it. */
export class TestExchange implements ResponseHandler {
  readonly exchange: ClientExchange
  status = 0
  headers: HeaderFields | undefined
  body = ''
  error: Error | undefined
  ended = false
  /** Called with each piece of the body. */
  onPiece: (() => void) | undefined

  constructor(pool: ConnectionPool, request: Partial<ClientRequest> = {}) {
    this.exchange = pool.request(
      { method: 'GET', path: '/', headers: [], body: new Uint8Array(), ...request },
      this,
    )
  }

  onHead(status: number, headers: HeaderFields): void {
    this.status = status
    this.headers = headers
  }

  onData(bytes: Buffer): void {
    this.body += bytes.toString('latin1')
    this.onPiece?.()
  }

  onEnd(): void {
    if (this.error !== undefined || this.ended) throw new Error('it has ended already')
    this.ended = true
  }

  onError(error: Error): void {
    if (this.error !== undefined || this.ended) throw new Error('it has ended already')
    this.error = error
  }

  /** Resolves when it has ended, and with its body; rejects with its error. */
  async done(): Promise<string> {
    await eventually(() => this.ended || this.error !== undefined)
    if (this.error !== undefined) throw this.error
    return this.body
  }
}
