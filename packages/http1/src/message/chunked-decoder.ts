import { HeadBuffer } from './head-buffer.ts'
import { MessageError } from './message-error.ts'
import { parseFields } from './parse-fields.ts'

/** Sizes stay below 2^52, so that they are exact as numbers. */
const sizeDigitsMax = 13
/** Extensions of all chunks of a body. They carry nothing that is used. */
const extensionBytesMax = 16 * 1024

const carriageReturn = 0x0d
const lineFeed = 0x0a
const semicolon = 0x3b

/** `chunk-ext` of RFC 9112 §7.1.1, without optional spaces. */
const extensionsForm =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)+$/

/** They would change the message or its connection, were they taken for fields of the head. */
const headOnlyFields: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'upgrade',
])

type State =
  | 'size'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'last-chunk'
  | 'end'
  | 'trailer'

/**
 * Decodes a chunked body (RFC 9112 §7.1). Extensions and trailers are checked and dropped; both are
 * bounded. Throws MessageError for whatever is not exactly a chunked body, and is of no use after.
 */
export class ChunkedDecoder {
  #state: State = 'size'
  #digits = 0
  #size = 0
  #extension = ''
  #extensionBytes = 0
  #trailer: HeadBuffer | undefined

  /**
   * Takes a piece and passes on the data in it. Gives how many bytes of the piece belong to the
   * body once it is complete, -1 before.
   */
  push(piece: Buffer, onData: (data: Buffer) => void): number {
    let at = 0
    while (at < piece.length) {
      if (this.#state === 'data') {
        const end = Math.min(at + this.#size, piece.length)
        this.#size -= end - at
        if (this.#size === 0) this.#state = 'data-cr'
        onData(at === 0 && end === piece.length ? piece : piece.subarray(at, end))
        at = end
      } else if (this.#state === 'trailer') {
        const used = this.#pushTrailer(at === 0 ? piece : piece.subarray(at))
        return used === -1 ? -1 : at + used
      } else if (this.#state === 'end') {
        expect(piece[at] ?? 0, lineFeed)
        return at + 1
      } else if (this.#pushFraming(piece[at] ?? 0)) {
        at += 1
      }
    }
    return -1
  }

  /** False for a byte that is not framing: the first one of a trailer. */
  #pushFraming(byte: number): boolean {
    switch (this.#state) {
      case 'size':
        this.#pushSize(byte)
        break
      case 'extension':
        if (byte === carriageReturn) this.#endExtension()
        else this.#pushExtension(byte)
        break
      case 'size-end':
        expect(byte, lineFeed)
        this.#state = this.#size === 0 ? 'last-chunk' : 'data'
        break
      case 'data-cr':
        expect(byte, carriageReturn)
        this.#state = 'data-lf'
        break
      case 'last-chunk':
        this.#state = byte === carriageReturn ? 'end' : 'trailer'
        return this.#state === 'end'
      default:
        expect(byte, lineFeed)
        this.#state = 'size'
        this.#digits = 0
        this.#size = 0
    }
    return true
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
      this.#pushExtension(byte)
    } else {
      expect(byte, carriageReturn)
      this.#state = 'size-end'
    }
  }

  #pushExtension(byte: number): void {
    this.#extensionBytes += 1
    if (this.#extensionBytes > extensionBytesMax) {
      throw new MessageError(413, 'The extensions of the chunked body are too long.')
    }
    // A bare LF might be the end of the line for another party: there is nothing to wait for.
    if (byte === lineFeed) throw malformed()
    this.#extension += String.fromCharCode(byte)
  }

  #endExtension(): void {
    if (!extensionsForm.test(this.#extension)) throw malformed()
    this.#extension = ''
    this.#state = 'size-end'
  }

  /** How many bytes of the piece belong to the trailer once it is complete, -1 before. */
  #pushTrailer(piece: Buffer): number {
    this.#trailer ??= new HeadBuffer()
    const section = this.#trailer.push(piece)
    if (section === undefined) return -1
    const fields = parseFields(section.text, 0)
    if (fields.some((text, index) => index % 2 === 0 && headOnlyFields.has(text))) throw malformed()
    return section.used
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
