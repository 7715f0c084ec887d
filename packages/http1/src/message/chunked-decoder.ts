import { MessageError } from './message-error.ts'
import { parseFields } from './parse-fields.ts'

/** Sizes stay below 2^52, so that they are exact as numbers. */
const sizeDigitsMax = 13
/** Extensions of all chunks, and the trailer section, each. They carry nothing that is used. */
const overheadBytesMax = 16 * 1024

const carriageReturn = 0x0d
const lineFeed = 0x0a
const semicolon = 0x3b

type State = 'size' | 'extension' | 'size-end' | 'data' | 'data-cr' | 'data-lf' | 'trailer'

/**
 * Decodes a chunked body (RFC 9112 §7.1). Extensions are skipped and trailers checked and dropped;
 * both are bounded. Throws MessageError for whatever is not exactly a chunked body.
 */
export class ChunkedDecoder {
  #state: State = 'size'
  #digits = 0
  #size = 0
  #overheadBytes = 0
  #trailer = ''

  /**
   * Takes a piece and passes on the data in it. Gives how many bytes of the piece belong to the
   * body once it is complete, -1 before.
   */
  push(piece: Buffer, onData: (data: Buffer) => void): number {
    let at = 0
    while (at < piece.length) {
      if (this.#state === 'data') {
        const end = Math.min(at + this.#size, piece.length)
        onData(at === 0 && end === piece.length ? piece : piece.subarray(at, end))
        this.#size -= end - at
        at = end
        if (this.#size === 0) this.#state = 'data-cr'
      } else if (this.#state === 'trailer') {
        const used = this.#pushTrailer(piece, at)
        if (used !== -1) return used
        at = piece.length
      } else {
        this.#pushFraming(piece[at] ?? 0)
        at += 1
      }
    }
    return -1
  }

  #pushFraming(byte: number): void {
    switch (this.#state) {
      case 'size':
        return this.#pushSize(byte)
      case 'extension':
        if (byte === carriageReturn) this.#state = 'size-end'
        else this.#countOverhead(byte)
        return
      case 'size-end':
        expect(byte, lineFeed)
        this.#state = this.#size === 0 ? 'trailer' : 'data'
        return
      case 'data-cr':
        expect(byte, carriageReturn)
        this.#state = 'data-lf'
        return
      default:
        expect(byte, lineFeed)
        this.#state = 'size'
        this.#digits = 0
        this.#size = 0
    }
  }

  #pushSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit !== -1) {
      this.#digits += 1
      if (this.#digits > sizeDigitsMax) throw malformed()
      this.#size = this.#size * 16 + digit
    } else if (this.#digits === 0) {
      throw malformed()
    } else if (byte === semicolon) {
      this.#state = 'extension'
    } else {
      expect(byte, carriageReturn)
      this.#state = 'size-end'
    }
  }

  #countOverhead(byte: number): void {
    // Visible characters, obs-text, spaces and tabs, as in the value of a field.
    if ((byte < 0x20 && byte !== 0x09) || byte === 0x7f) throw malformed()
    this.#overheadBytes += 1
    if (this.#overheadBytes > overheadBytesMax) throw tooLong()
  }

  /** Each piece is searched once, from where the previous one may have begun the end. */
  #pushTrailer(piece: Buffer, at: number): number {
    const before = this.#trailer.length
    this.#trailer += piece.toString('latin1', at, Math.min(piece.length, at + overheadBytesMax + 4))
    if (this.#trailer.startsWith('\r\n')) return at + 2 - before
    const end = this.#trailer.indexOf('\r\n\r\n', Math.max(before - 3, 0))
    if (end === -1) {
      if (this.#trailer.length > overheadBytesMax) throw tooLong()
      return -1
    }
    parseFields(this.#trailer.slice(0, end), 0)
    return at + end + 4 - before
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

function expect(byte: number, expected: number): void {
  if (byte !== expected) throw malformed()
}

function malformed(): MessageError {
  return new MessageError(400, 'The chunked body is malformed.')
}

function tooLong(): MessageError {
  return new MessageError(413, 'The extensions or trailers of the chunked body are too long.')
}
