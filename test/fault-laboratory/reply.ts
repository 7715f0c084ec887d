import type { Socket } from 'node:net'
import type { Clock, Timer } from '@fairlead/base'
import type { ProviderFormat } from './formats/provider-format.ts'
import { words } from './formats/provider-format.ts'

type Fields = Readonly<Record<string, string>>

/** What a fault does its misdeeds with: an answer under way, at the level of bytes. */
export class Reply {
  readonly format: ProviderFormat
  /** Whether a stream was asked for. */
  readonly stream: boolean
  /** Of the connection, from 1. */
  readonly requestNumber: number
  /** The key that the gateway sent. */
  readonly key: string
  /** The body of the request. */
  readonly requestText: string
  readonly #socket: Socket
  readonly #clock: Clock
  #timer: Timer | undefined

  constructor(
    socket: Socket,
    clock: Clock,
    request: Pick<Reply, 'format' | 'stream' | 'requestNumber' | 'key' | 'requestText'>,
  ) {
    this.#socket = socket
    this.#clock = clock
    this.format = request.format
    this.stream = request.stream
    this.requestNumber = request.requestNumber
    this.key = request.key
    this.requestText = request.requestText
    socket.once('close', () => this.#timer?.cancel())
  }

  write(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  head(status: number, fields: Fields = {}): void {
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
    this.write(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`)
  }

  /** A complete response. */
  respond(status: number, type: string, body: string | Uint8Array, fields: Fields = {}): void {
    const length = String(Buffer.byteLength(body))
    this.head(status, { 'content-type': type, 'content-length': length, ...fields })
    if (body.length > 0) this.write(body)
  }

  json(status: number, body: unknown, fields: Fields = {}): void {
    this.respond(status, 'application/json', JSON.stringify(body), fields)
  }

  /** The head of a stream that ends with `end`. */
  openStream(fields: Fields = {}): void {
    this.head(200, {
      'content-type': 'text/event-stream',
      'transfer-encoding': 'chunked',
      ...fields,
    })
  }

  /** Pieces of a chunked body, one chunk each. */
  chunks(...pieces: readonly (string | Uint8Array)[]): void {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece)
      const size = `${bytes.length.toString(16)}\r\n`
      this.write(Buffer.concat([Buffer.from(size), bytes, Buffer.from('\r\n')]))
    }
  }

  /** Ends a chunked body. */
  end(): void {
    this.write('0\r\n\r\n')
  }

  /** A whole stream of these frames. */
  streamOf(...frames: readonly string[]): void {
    this.openStream()
    this.chunks(...frames)
    this.end()
  }

  /** What was asked for, as a well-behaved provider answers. */
  answer(): void {
    const { format } = this
    if (!this.stream) return this.respond(200, 'application/json', format.whole(words.join('')))
    this.streamOf(
      format.opening,
      ...words.map((one) => format.word(one)),
      format.finish,
      format.done,
    )
  }

  /** Closes the connection once everything is written. */
  close(): void {
    this.#socket.end()
  }

  /** Breaks the connection off, as a machine that crashes. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** Sends as fast as it is read, until the connection is closed. */
  flood(piece: () => void): void {
    const socket = this.#socket
    const again = () => {
      if (socket.destroyed) return
      piece()
      if (socket.writableNeedDrain) socket.once('drain', again)
      else setImmediate(again)
    }
    again()
  }

  /** Calls `act` after every pause, until the connection is closed. */
  every(pauseMs: number, act: () => void): void {
    this.#timer = this.#clock.setTimer(pauseMs, () => {
      act()
      if (!this.#socket.destroyed) this.every(pauseMs, act)
    })
  }
}
