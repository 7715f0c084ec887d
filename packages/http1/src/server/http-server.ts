import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Timer } from '@fairlead/base'
import type { ConnectionOwner } from './connection-owner.ts'
import { anyPeer, type ConnectionPeer } from './peer-certificate.ts'
import { ServerConnection } from './server-connection.ts'
import { type TurnWriter, TurnWrites } from '../message/turn-writes.ts'
import { defaultTimeouts, type ServerOptions, type ServerTimeouts } from './server-options.ts'
import type { ServerTls } from './server-tls.ts'
import { TlsGate } from './tls-gate.ts'

const connectionsMaxDefault = 20_000
/** How often deadlines are checked: one timer for all connections. */
const sweepMs = 1_000
/** Connections that wait to be accepted; the system may allow fewer. */
const backlog = 4096

/** Where to listen: at an address, or on a bound socket that others may share. */
export type ListenTarget =
  { readonly host: string; readonly port: number } | { readonly fd: number }

/** An HTTP/1.1 server, on plain TCP unless it is told to `secure` its connections. */
export class HttpServer implements ConnectionOwner {
  readonly options: ServerOptions
  readonly #server: Server
  readonly #connections = new Set<ServerConnection>()
  readonly #writes = new TurnWrites()
  readonly #gate: TlsGate
  #timeouts: ServerTimeouts
  #isSecured = false
  /** Who is served, as far as that is seen when a connection comes. */
  #trust = 'anybody'
  #closing = false
  #sweep: Timer | undefined
  #dateSecond = -1
  #dateLine = ''
  #closed: Promise<void> | undefined
  #emptied: (() => void) | undefined

  constructor(options: ServerOptions) {
    this.options = options
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts }
    this.#gate = new TlsGate({
      clock: options.clock,
      handshakeMs: this.#timeouts.handshakeMs,
      enter: (socket, peer) => this.#enter(socket, peer),
      ended: (outcome) => {
        options.onHandshake?.(outcome)
        this.#checkEmptied()
      },
    })
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    )
    this.#server.maxConnections = options.connectionsMax ?? connectionsMaxDefault
  }

  get timeouts(): ServerTimeouts {
    return this.#timeouts
  }

  get closing(): boolean {
    return this.#closing
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Connections whose TLS handshake has not ended. */
  get handshakes(): number {
    return this.#gate.handshakes
  }

  /**
   * How connections that come from now on are secured: with TLS, and with undefined not at all.
   * `Unavailable`: there is nothing to secure them with, and they are closed as they come. Those that
   * came before are closed after their answer where other peers are trusted now, or where they came
   * without TLS. Throws, and leaves all as it is, for what is no certificate or not its key.
   */
  secure(tls: ServerTls | 'Unavailable' | undefined): void {
    this.#gate.configure(tls === 'Unavailable' ? undefined : tls)
    this.#isSecured = tls !== undefined
    if (tls === 'Unavailable') return
    const trust = tls === undefined ? 'anybody' : JSON.stringify(tls.clients ?? 'anybody by TLS')
    if (trust !== this.#trust) for (const connection of this.#connections) connection.stop(true)
    this.#trust = trust
  }

  /** Resolves with the address when listening; rejects with the system's error. */
  listen(target: ListenTarget): Promise<AddressInfo> {
    const server = this.#server
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      const onListening = () => {
        server.off('error', reject)
        // One connection that could not be accepted is nobody else's concern.
        server.on('error', () => {})
        this.#scheduleSweep()
        resolve(server.address() as AddressInfo)
      }
      server.listen({ ...target, backlog }, onListening)
    })
  }

  /**
   * The server is soon to be closed: from now on each answer says that its connection closes after
   * it, so that callers connect elsewhere. Connections are still accepted.
   */
  announceClose(): void {
    this.#closing = true
  }

  /**
   * Stops accepting, closes idle connections now and each other one after its response. A caller who
   * has connected and not sent anything yet has `graceMs` for it. Resolves when there are no
   * connections left.
   */
  close(graceMs = 0): Promise<void> {
    this.#closed ??= this.#close(graceMs)
    return this.#closed
  }

  /**
   * Stops accepting as `close`, but leaves a connection open until an answer has told its caller that
   * it closes: one whose next request does not begin within `idleMs` is closed without. So nobody
   * sends a request to a connection that is being closed, who sends within that time.
   */
  closeAfterAnswers(idleMs: number): Promise<void> {
    const { headMs, idleMs: usualMs } = this.#timeouts
    this.#timeouts = {
      ...this.#timeouts,
      headMs: Math.min(headMs, idleMs),
      idleMs: Math.min(usualMs, idleMs),
    }
    this.#closed ??= this.#whenEmptied()
    return this.#closed
  }

  /** Closes idle connections now, and each other one after its response. */
  closeIdle(): void {
    this.#stopConnections(true)
  }

  /** Closes every connection at once. */
  destroyConnections(): void {
    for (const connection of this.#connections) connection.socket.destroy()
    this.#gate.stop()
  }

  dateLine(): string {
    const nowMs = this.options.clock.now()
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#dateSecond) {
      this.#dateSecond = second
      this.#dateLine = `date: ${new Date(nowMs).toUTCString()}\r\n`
    }
    return this.#dateLine
  }

  flushSoon(writer: TurnWriter): void {
    this.#writes.add(writer)
  }

  closed(connection: ServerConnection): void {
    this.#connections.delete(connection)
    this.#checkEmptied()
  }

  get #isEmpty(): boolean {
    return this.#connections.size === 0 && this.#gate.handshakes === 0
  }

  #checkEmptied(): void {
    if (this.#isEmpty) this.#emptied?.()
  }

  async #close(graceMs: number): Promise<void> {
    this.#stopConnections(graceMs === 0)
    const grace = this.options.clock.setTimer(graceMs, () => this.#stopConnections(true))
    await this.#whenEmptied()
    grace.cancel()
  }

  async #whenEmptied(): Promise<void> {
    this.#closing = true
    this.#server.close()
    if (!this.#isEmpty) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve
      })
    }
    this.#sweep?.cancel()
  }

  #stopConnections(evenFresh: boolean): void {
    for (const connection of this.#connections) connection.stop(evenFresh)
    if (evenFresh) this.#gate.stop()
  }

  #accept(socket: Socket): void {
    // Accepted before the server stopped listening, or while it does.
    if (this.#closed !== undefined) return void socket.destroy()
    if (this.#isSecured) this.#gate.accept(socket)
    else this.#enter(socket, anyPeer)
  }

  #enter(socket: Socket, peer: ConnectionPeer): void {
    this.#connections.add(new ServerConnection(socket, this, peer))
  }

  #scheduleSweep(): void {
    this.#sweep = this.options.clock.setTimer(sweepMs, () => {
      const nowMs = this.options.clock.monotonicMs()
      for (const connection of this.#connections) connection.checkDeadline(nowMs)
      this.#gate.checkDeadlines(nowMs)
      this.#scheduleSweep()
    })
  }
}
