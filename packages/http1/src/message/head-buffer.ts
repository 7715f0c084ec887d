import { MessageError } from './message-error.ts'

/** The largest head, as in Node.js: 16 KiB. */
export const headBytesMax = 16 * 1024

const headEnd = '\r\n\r\n'
const carriageReturn = 0x0d
const lineFeed = 0x0a

/**
 * Collects the bytes of a head until the empty line that ends it. Costs linear time, however small
 * the pieces are in which the head arrives, and never holds more than `headBytesMax`. How a head is
 * cut into pieces makes no difference to what comes of it.
 */
export class HeadBuffer {
  /** The bytes so far, where a head takes more than one piece. */
  #bytes: Buffer | undefined
  #length = 0

  /** Whether a head has begun: a CR alone may be the first half of an empty line before it. */
  get begun(): boolean {
    return this.#length > 1 || (this.#length === 1 && this.#bytes?.[0] !== carriageReturn)
  }

  /**
   * Takes a piece. Gives the head as Latin-1, without its empty line, and how many bytes of the
   * piece it took; undefined while it is incomplete. Throws MessageError for a head that is too
   * long, and as soon as it is seen for a byte that shows that the head can never be valid.
   */
  push(piece: Buffer): { readonly text: string; readonly used: number } | undefined {
    if (this.#bytes !== undefined) {
      return this.#length === 1 ? this.#restart(piece) : this.#append(this.#bytes, piece)
    }
    const start = emptyLines(piece)
    if (piece.length === start) return undefined
    checkStart(piece, start)
    const end = piece.indexOf(headEnd, start, 'latin1')
    if (end !== -1) {
      return { text: completeHead(piece, start, end), used: end + headEnd.length }
    }
    checkIncomplete(piece, start, start)
    this.#bytes = Buffer.allocUnsafe(headBytesMax + headEnd.length)
    this.#length = piece.copy(this.#bytes, 0, start)
    return undefined
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
    const length = before + piece.copy(bytes, before)
    const collected = bytes.subarray(0, length)
    const from = Math.max(before - headEnd.length + 1, 0)
    const end = collected.indexOf(headEnd, from, 'latin1')
    if (end === -1) {
      checkIncomplete(collected, 0, before)
      this.#length = length
      return undefined
    }
    const text = completeHead(bytes, 0, end)
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

/**
 * What is no HTTP, such as the greeting of a TLS client, has no empty line to wait for. A CR at the
 * end may become an empty line.
 */
function checkStart(piece: Buffer, start: number): void {
  const first = piece[start] ?? 0
  if (first > 0x20 && first < 0x7f) return
  if (first === carriageReturn && piece.length === start + 1) return
  throw new MessageError(400, 'The first line is malformed.')
}

function completeHead(bytes: Buffer, start: number, end: number): string {
  if (end - start > headBytesMax) checkIncomplete(bytes.subarray(0, end), start, start)
  if (end - start > headBytesMax) throw tooLong()
  const text = bytes.toString('latin1', start, end)
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== carriageReturn) throw bareLineEnd()
  }
  return text
}

/**
 * Checks the bytes from `from` of a head that began at `start`: one with a bare LF might never end,
 * and one that has no room left for its end is too long.
 */
function checkIncomplete(bytes: Buffer, start: number, from: number): void {
  const limit = start + headBytesMax + headEnd.length
  const added = bytes.subarray(from, limit)
  for (let at = added.indexOf(lineFeed); at !== -1; at = added.indexOf(lineFeed, at + 1)) {
    if (bytes[from + at - 1] !== carriageReturn) throw bareLineEnd()
  }
  if (bytes.length >= limit) throw tooLong()
}

function tooLong(): MessageError {
  return new MessageError(431, 'The headers are too large: send less than 16 KB.')
}

function bareLineEnd(): MessageError {
  return new MessageError(400, 'A line does not end with CR LF.')
}
