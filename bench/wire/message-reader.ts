/** How the body of a message ends: after so many bytes, or as its chunks say. */
type Framing = number | 'chunked'

type ChunkPart = 'size' | 'data' | 'trailer'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const headEnd = Buffer.from('\r\n\r\n')

/**
 * Finds where HTTP/1.1 messages begin and end in the bytes of one connection, for the benchmark's
 * own programs: it trusts what it reads, and knows only `content-length` and `chunked`.
 */
export class MessageReader {
  /** The head of the current message, with its blank line; empty until it is complete. */
  head = ''
  #early: Buffer | undefined
  #framing: Framing = 0
  #left = 0
  #part: ChunkPart = 'size'
  #size = 0
  #lineLength = 0

  /**
   * Reads on from a position. Returns the position after the end of the current message, or -1 if
   * the bytes do not hold its end; then call again with the next bytes. After an end, `begin` starts
   * the next message.
   */
  read(bytes: Buffer, from = 0): number {
    if (this.head !== '') return this.#readBody(bytes, from)
    const early = this.#early
    const all = early === undefined ? bytes : Buffer.concat([early, bytes.subarray(from)])
    const start = early === undefined ? from : 0
    const end = all.indexOf(headEnd, start)
    if (end === -1) {
      this.#early = all.subarray(start)
      return -1
    }
    this.#early = undefined
    this.#startBody(all.toString('latin1', start, end + headEnd.length))
    const bodyStart = end + headEnd.length - (early === undefined ? 0 : early.length - from)
    return this.#readBody(bytes, bodyStart)
  }

  /** Starts the next message. */
  begin(): void {
    this.head = ''
  }

  /** The status of an answer; NaN before its head is complete. */
  get status(): number {
    return this.head === '' ? Number.NaN : Number(this.head.slice(9, 12))
  }

  #startBody(head: string): void {
    this.head = head
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    this.#framing =
      length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head)
        ? 'chunked'
        : Number(length ?? 0)
    this.#left = this.#framing === 'chunked' ? 0 : this.#framing
    this.#part = 'size'
    this.#size = 0
    this.#lineLength = 0
  }

  #readBody(bytes: Buffer, from: number): number {
    if (this.#framing === 'chunked') return this.#readChunks(bytes, from)
    const there = bytes.length - from
    if (there < this.#left) {
      this.#left -= there
      return -1
    }
    const end = from + this.#left
    this.#left = 0
    return end
  }

  #readChunks(bytes: Buffer, from: number): number {
    let position = from
    while (position < bytes.length) {
      if (this.#part === 'data') {
        const taken = Math.min(this.#left, bytes.length - position)
        position += taken
        this.#left -= taken
        if (this.#left === 0) this.#part = 'size'
        continue
      }
      const byte = bytes[position] ?? 0
      position += 1
      if (this.#part === 'trailer' ? this.#endsTrailer(byte) : this.#endsSize(byte)) return position
    }
    return -1
  }

  /** Reads a byte of a line with a size; never the end of a message. */
  #endsSize(byte: number): false {
    if (byte === lineFeed) {
      this.#part = this.#size === 0 ? 'trailer' : 'data'
      this.#left = this.#size + 2
      this.#size = 0
    } else if (byte !== carriageReturn) {
      this.#size = this.#size * 16 + Number.parseInt(String.fromCharCode(byte), 16)
    }
    return false
  }

  #endsTrailer(byte: number): boolean {
    if (byte === carriageReturn) return false
    if (byte === lineFeed) {
      const isBlank = this.#lineLength === 0
      this.#lineLength = 0
      return isBlank
    }
    this.#lineLength += 1
    return false
  }
}
