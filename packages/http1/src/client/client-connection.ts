import type { Socket } from 'node:net'
import { BodyReader } from '../message/body-reader.ts'
import { HeadBuffer } from '../message/head-buffer.ts'
import { MessageError } from '../message/message-error.ts'
import { parseResponseHead } from '../message/response-head.ts'
import { PendingBytes } from '../message/pending-bytes.ts'
import type { TurnWriter } from '../message/turn-writes.ts'
import { ConnectionLost } from './client-errors.ts'
import type { ClientExchange } from './client-exchange.ts'
import type { OpenedConnection } from './opened-connection.ts'

/**
 * A connection that was closing anyway is seen to be closed soon after it was used. Later, the server
 * may have read the request, and repeating it would do the work twice.
 */
const staleMsMax = 1_000

/** What a connection needs of its pool, and tells it. */
export interface ConnectionOwner {
  /** Monotonic milliseconds. */
  nowMs(): number
  /** Calls `flush` at the end of this turn of the event loop. */
  flushSoon(writer: TurnWriter): void
  /** The exchange has ended and the connection can take another. */
  idle(connection: ClientConnection): void
  closed(connection: ClientConnection): void
  /** The server closed the connection although it was to be kept, and nothing came of a request. */
  wentStale(): void
}

const keepAliveForm = /(?:^|[\s,])timeout=(\d{1,6})(?:$|[\s,])/i

/** One connection to a server: one exchange at a time, nothing pipelined. */
export class ClientConnection implements TurnWriter {
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #head = new HeadBuffer()
  readonly #pending = new PendingBytes()
  #exchange: ClientExchange | undefined
  #body: BodyReader | undefined
  #keepAlive = true
  #served = 0
  #receivedAny = false
  #sentMs = 0
  #error: Error | undefined
  /** How long the server keeps an idle connection, in milliseconds, as far as it has said so. */
  idleMsMax = Infinity
  /** When it became idle, in monotonic milliseconds; the pool keeps it. */
  idleSinceMs = 0

  constructor({ socket, onBytes }: OpenedConnection, owner: ConnectionOwner) {
    this.#socket = socket
    this.#owner = owner
    onBytes((piece) => this.#onData(piece))
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => (this.#error = error))
    socket.on('close', () => this.#onClose())
  }

  send(exchange: ClientExchange): void {
    const { head, request } = exchange
    this.#exchange = exchange
    this.#receivedAny = false
    this.#sentMs = this.#owner.nowMs()
    exchange.sentOn(this)
    this.#pending.addText(head)
    if (request.body.length > 0) this.#pending.addBody(request.body, request.body.length)
    this.#owner.flushSoon(this)
  }

  /** Sends what is pending. */
  flush(): void {
    if (!this.#socket.destroyed) this.#pending.writeTo(this.#socket)
  }

  /** Whether it can take an exchange, as far as is known here. */
  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #onData(piece: Buffer): void {
    // Bytes that nobody asked for, such as a 408 before an idle connection closes.
    // Nor are they the answer to a request that has not been sent yet.
    if (this.#exchange === undefined || this.#pending.byteLength > 0) return this.destroy()
    this.#receivedAny = true
    try {
      this.#process(piece)
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      this.#fail(error)
    }
  }

  #process(piece: Buffer): void {
    let rest = piece
    while (rest.length > 0) {
      const exchange = this.#exchange
      if (exchange === undefined || exchange.settled) return this.destroy()
      if (this.#body === undefined) {
        const read = this.#head.push(rest)
        if (read === undefined) return
        rest = rest.subarray(read.used)
        this.#begin(read.text, exchange)
      } else {
        const used = this.#body.push(rest, (data) => {
          if (!exchange.settled) exchange.handler.onData(data)
        })
        rest = rest.subarray(used)
      }
      if (this.#body?.complete === true) this.#end(exchange, rest)
    }
  }

  #begin(text: string, exchange: ClientExchange): void {
    const head = parseResponseHead(text, exchange.request.method)
    const { status, headers } = head
    if (status === 101) throw new MessageError(400, 'The server switches protocols unasked.')
    // Interim responses are only news, but nothing may follow one that ends the connection.
    if (status < 200 && head.keepAlive) return
    if (status < 200) throw new MessageError(400, 'An interim response ends the connection.')
    this.#keepAlive = head.keepAlive
    const hint = keepAliveForm.exec(headers.get('keep-alive') ?? '')?.[1]
    if (hint !== undefined) this.idleMsMax = Number(hint) * 1000
    this.#body = new BodyReader(head.bodyLength)
    exchange.handler.onHead(status, headers)
  }

  #end(exchange: ClientExchange, rest: Buffer): void {
    this.#exchange = undefined
    this.#body = undefined
    this.#served += 1
    // An answer that comes before its request has been sent whole leaves the rest in the way.
    const isReusable = this.#keepAlive && rest.length === 0 && this.#socket.writableLength === 0
    // One that was paused with the last bytes would not notice that the server closes it.
    this.#socket.resume()
    if (isReusable && !exchange.settled) this.#owner.idle(this)
    else this.destroy()
    exchange.end()
  }

  #onEnd(): void {
    const exchange = this.#exchange
    if (exchange !== undefined && this.#body?.endsWithConnection === true) {
      this.#exchange = undefined
      exchange.end()
    }
    this.destroy()
  }

  #onClose(): void {
    const exchange = this.#exchange
    const isSoon = this.#owner.nowMs() - this.#sentMs < staleMsMax
    const wasStale = this.#served > 0 && !this.#receivedAny && isSoon
    this.#exchange = undefined
    // Before the exchange fails: what is tried again must not meet the next stale one.
    if (wasStale && exchange?.settled === false) this.#owner.wentStale()
    exchange?.fail(new ConnectionLost(wasStale, this.#error))
    this.#owner.closed(this)
  }

  #fail(error: Error): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    this.destroy()
    exchange?.fail(error)
  }
}
