import type { Socket } from 'node:net'

/** How much of what a caller still sends is read and dropped, so that it sees the answer. */
const droppedBytesMax = 16 * 1024 * 1024

/**
 * Closes a connection after what has been written to it. Until the caller has closed its side, its
 * bytes are read and dropped: closing at once while some are on their way would reset the
 * connection before the answer is read (RFC 9112 §9.6).
 */
export class LingeringClose {
  readonly #socket: Socket
  #droppedBytes = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  begin(): void {
    this.#socket.end()
    this.#socket.resume()
  }

  /** A piece that nobody reads. */
  drop(piece: Buffer): void {
    this.#droppedBytes += piece.length
    if (this.#droppedBytes > droppedBytesMax) this.#socket.destroy()
  }
}
