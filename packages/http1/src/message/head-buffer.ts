import { MessageError } from './message-error.ts'

/** The largest head, as in Node.js: 16 KiB. */
const headBytesMax = 16 * 1024

const headEnd = '\r\n\r\n'
const carriageReturn = 0x0d
const lineFeed = 0x0a

/**
 * Collects the bytes of a head until the empty line that ends it. Costs linear time, however small
 * the pieces are in which the head arrives, and never holds more than `headBytesMax`.
 */
export class HeadBuffer {
  /** The bytes so far, where a head takes more than one piece. */
  #bytes: Buffer | undefined
  #length = 0

  /** Whether a head has begun. */
  get begun(): boolean {
    return this.#length > 0
  }

  /**
   * Takes a piece. Gives the head as Latin-1, without its empty line, and how many bytes of the
   * piece it took; undefined while it is incomplete. Throws MessageError for a head that is too
   * long, or that cannot end as it should because a line ends without CR.
   */
  push(piece: Buffer): { readonly text: string; readonly used: number } | undefined {
    if (this.#bytes !== undefined) {
      return this.#length === 1 ? this.#restart(piece) : this.#append(this.#bytes, piece)
    }
    const start = emptyLines(piece)
    const end = piece.indexOf(headEnd, start, 'latin1')
    if (end === -1) {
      checkLength(piece.length)
      checkLineEnds(piece, start, piece.length)
      if (piece.length === start) return undefined
      this.#bytes = Buffer.allocUnsafe(headBytesMax + headEnd.length)
      this.#length = piece.copy(this.#bytes, 0, start)
      return undefined
    }
    checkLength(end - start)
    const text = piece.toString('latin1', start, end)
    checkNoBareLineEnds(text)
    return { text, used: end + headEnd.length }
  }

  /** A single byte so far may be the first half of an empty line. */
  #restart(piece: Buffer) {
    const first = this.#bytes?.subarray(0, 1) ?? Buffer.alloc(0)
    this.#bytes = undefined
    this.#length = 0
    const head = this.push(Buffer.concat([first, piece]))
    return head === undefined ? undefined : { text: head.text, used: head.used - 1 }
  }

  #append(bytes: Buffer, piece: Buffer) {
    const before = this.#length
    const taken = piece.copy(bytes, before)
    const length = before + taken
    const from = Math.max(before - headEnd.length + 1, 0)
    const end = bytes.subarray(0, length).indexOf(headEnd, from, 'latin1')
    if (end === -1) {
      checkLength(length)
      checkLineEnds(bytes, before, length)
      this.#length = length
      return undefined
    }
    checkLength(end)
    const text = bytes.toString('latin1', 0, end)
    checkNoBareLineEnds(text)
    this.#bytes = undefined
    this.#length = 0
    return { text, used: end + headEnd.length - before }
  }
}

/** Where the empty lines end that some clients send after a body (RFC 9112 §2.2). */
function emptyLines(piece: Buffer): number {
  let start = 0
  while (piece[start] === carriageReturn && piece[start + 1] === lineFeed) start += 2
  return start
}

function checkLength(length: number): void {
  if (length > headBytesMax) {
    throw new MessageError(431, 'The headers are too large: send less than 16 KB.')
  }
}

/** An incomplete head with a bare LF might never end: it is refused as soon as it is seen. */
function checkLineEnds(bytes: Buffer, from: number, to: number): void {
  for (let at = bytes.indexOf(lineFeed, from); at !== -1 && at < to;) {
    if (at === 0 || bytes[at - 1] !== carriageReturn) throw bareLineEnd()
    at = bytes.indexOf(lineFeed, at + 1)
  }
}

function checkNoBareLineEnds(text: string): void {
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== carriageReturn) throw bareLineEnd()
  }
}

function bareLineEnd(): MessageError {
  return new MessageError(400, 'A line does not end with CR LF.')
}
