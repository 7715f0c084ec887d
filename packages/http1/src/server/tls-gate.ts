import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { Clock } from '@fairlead/base'
import { MessageError } from '../message/message-error.ts'
import { type ConnectionPeer, peerOf } from './peer-certificate.ts'
import { type ServerTls, sessionContext } from './server-tls.ts'

/** Connections whose handshake has not ended; each takes some tens of kilobytes. */
const handshakesMax = 2_048

/** The first byte of every TLS connection: the type of a record that holds a handshake. */
const handshakeRecord = 0x16

/** How a connection's handshake ended. */
export type HandshakeOutcome =
  | 'Completed'
  /** With the keys of an earlier connection. */
  | 'Resumed'
  /** It was completed, and all that the caller asks for is refused: its certificate is not accepted. */
  | 'CertificateRefused'
  /** The two sides did not agree, or the caller left. */
  | 'Failed'
  | 'TimedOut'
  /** It was one too many and the oldest, or there is no certificate to show. */
  | 'Refused'
  /** The caller spoke no TLS. */
  | 'PlainText'

interface TlsGateOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** From the connection to the end of its handshake, in milliseconds. */
  readonly handshakeMs: number
  /** A connection is ready for requests. */
  enter(socket: Socket, peer: ConnectionPeer): void
  /** A connection has ended its handshake, or been closed in it. */
  ended(outcome: HandshakeOutcome): void
}

/**
 * What connections pass before they are a caller's: the TLS handshake. Settings apply to the
 * connections that come after them.
 */
export class TlsGate {
  readonly #options: TlsGateOptions
  /** Since when, in monotonic milliseconds. */
  readonly #handshakes = new Map<Socket, number>()
  #server: Server | undefined

  constructor(options: TlsGateOptions) {
    this.#options = options
  }

  /** Connections in their handshake. */
  get handshakes(): number {
    return this.#handshakes.size
  }

  /** Undefined: every connection is refused. Throws for what is no certificate, or not its key. */
  configure(tls: ServerTls | undefined): void {
    this.#server = tls && this.#serverOf(tls)
  }

  accept(socket: Socket): void {
    const server = this.#server
    // Who has no handler for errors is ended by them.
    socket.on('error', () => {})
    if (server === undefined) {
      socket.destroy()
      return this.#options.ended('Refused')
    }
    if (this.#handshakes.size >= handshakesMax) this.#makeRoom()
    this.#handshakes.set(socket, this.#options.clock.monotonicMs())
    const leave = () => this.#end(socket, 'Failed')
    const dismiss = () => void socket.destroy()
    socket.once('close', leave)
    socket.once('end', dismiss)
    socket.once('data', (piece: Buffer) => {
      socket.off('end', dismiss)
      socket.pause()
      socket.unshift(piece)
      if (piece[0] === handshakeRecord) return void server.emit('connection', socket)
      if (this.#end(socket, 'PlainText')) {
        this.#options.enter(socket, plainText())
        socket.resume()
      }
    })
  }

  /** Closes connections that have not ended their handshake in time. */
  checkDeadlines(nowMs: number): void {
    for (const [socket, sinceMs] of this.#handshakes) {
      // They are in the order in which they came.
      if (nowMs - sinceMs < this.#options.handshakeMs) return
      this.#end(socket, 'TimedOut')
      socket.destroy()
    }
  }

  /** Closes the connections that are in their handshake. */
  stop(): void {
    for (const socket of this.#handshakes.keys()) socket.destroy()
  }

  /**
   * The oldest gives way: a handshake takes some milliseconds, and who lets it lie must not keep all
   * others out.
   */
  #makeRoom(): void {
    const [oldest] = this.#handshakes.keys()
    this.#end(oldest, 'Refused')
    oldest?.destroy()
  }

  #serverOf(tls: ServerTls): Server {
    const { certificate, key, minVersion, clients, ticketKeys } = tls
    const server = createServer({
      cert: certificate,
      key,
      minVersion,
      ALPNProtocols: ['http/1.1'],
      // A peer stays who it was when it came.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      sessionIdContext: sessionContext(tls),
      requestCert: clients !== undefined,
      // Refused with an answer that says why.
      rejectUnauthorized: false,
      ...(clients === undefined ? {} : { ca: clients.authorities }),
      ...(ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys) }),
    })
    server.on('secureConnection', (socket: TLSSocket) => {
      const peer = peerOf(socket, tls)
      const accepted = socket.isSessionReused() ? 'Resumed' : 'Completed'
      const outcome = peer.refusal === undefined ? accepted : 'CertificateRefused'
      if (!this.#end(beneath(socket), outcome)) return void socket.destroy()
      this.#options.enter(socket, peer)
    })
    // Who speaks TLS wrongly is nobody else's concern; its connection closes.
    server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy())
    return server
  }

  /** False if it had already ended. */
  #end(socket: Socket | undefined, outcome: HandshakeOutcome): boolean {
    if (socket === undefined || !this.#handshakes.delete(socket)) return false
    this.#options.ended(outcome)
    return true
  }
}

function plainText(): ConnectionPeer {
  const message = 'This port speaks TLS only. Use https:// in the address.'
  return { certificate: undefined, refusal: new MessageError(400, message) }
}

/** The connection that a TLS connection runs on, which Node.js keeps for itself. */
function beneath(socket: TLSSocket): Socket | undefined {
  return Reflect.get(socket, '_parent') as Socket | undefined
}
