import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  type Zlib,
} from 'node:zlib'
import type { HeaderFields } from '@fairlead/http1'
import { gatewayError } from '../errors/gateway-error.ts'
import { collectBody } from './collect-body.ts'
import type { CollectedBody, Exchange } from './exchange.ts'

/** Up to this length a body may be compressed as well as it can be. */
const freeBytes = 1024 * 1024
/** Beyond, it is at most so many times as long as what was sent of it; a text is up to 50 times. */
const expansionMax = 200

/** The largest window that a server may ask for (RFC 9659); Node.js allows 16 times as much. */
const zstdWindowLogMax = 23

/** A decoder for a body that begins with these bytes. */
type CreateDecoder = (beginning: Buffer) => Decoder

/** `bytesWritten` is how much it has taken of what it was given. */
type Decoder = Transform & Zlib

const decoders: ReadonlyMap<string, CreateDecoder> = new Map<string, CreateDecoder>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  // RFC 9110 §8.4.1.2 wants the form of zlib; some servers send bare deflate.
  ['deflate', (beginning) => (isZlib(beginning) ? createInflate() : createInflateRaw())],
  ['br', () => createBrotliDecompress()],
  [
    'zstd',
    () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLogMax } }),
  ],
])

/** RFC 1950 §2.2: the method is 8, its window at most 7. */
function isZlib([first = 0]: Buffer): boolean {
  return (first & 0x0f) === 8 && first >> 4 <= 7
}

/**
 * The Content-Encoding of an answer, in lower case, or undefined if its bytes can be read as they
 * are. The gateway asks for no encoding, but some providers send one all the same.
 */
export function answerEncoding(headers: HeaderFields): string | undefined {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase()
  return encoding === '' || encoding === 'identity' ? undefined : encoding
}

/**
 * The exchange with its body decoded, and without the headers that say how it was encoded; the same
 * one if it is not encoded, or in a way that is not known here, which its headers then still say.
 * `provider` is its `namespace/name`, for errors.
 */
export function decodedExchange(exchange: Exchange, provider: string): Exchange {
  const encoding = answerEncoding(exchange.headers)
  const createDecoder = encoding === undefined ? undefined : decoders.get(encoding)
  if (encoding === undefined || createDecoder === undefined) return exchange
  return new DecodedExchange(exchange, { encoding, createDecoder, provider })
}

interface Encoded {
  readonly encoding: string
  readonly createDecoder: CreateDecoder
  readonly provider: string
}

/**
 * Decodes on demand: no more is read than is asked for, so that a small body that decodes to a huge
 * one fills no memory. Rejects with an error of class InvalidAnswer for a body that cannot be
 * decoded or that grows as no answer does.
 */
class DecodedExchange implements Exchange {
  readonly status: number
  readonly headers: HeaderFields
  readonly #exchange: Exchange
  readonly #encoded: Encoded
  /** Undefined before the first byte. */
  #decoder: Decoder | undefined
  #decodedBytes = 0
  /** Whether the decoder has taken all that it was given. */
  #isHungry = true
  #ended = false
  #error: Error | undefined
  #wake: () => void = () => {}

  constructor(exchange: Exchange, encoded: Encoded) {
    this.#exchange = exchange
    this.#encoded = encoded
    this.status = exchange.status
    this.headers = exchange.headers.without(['content-encoding', 'content-length'])
  }

  async next(): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return undefined
      const piece = this.#decoder?.read() as Buffer | null | undefined
      if (piece) return this.#counted(piece, this.#decoder?.bytesWritten ?? 0)
      if (this.#isHungry) await this.#feed()
      else await this.#changed()
    }
  }

  collect(bytesMax: number, onProgress: () => void): Promise<CollectedBody> {
    return collectBody(this, bytesMax, onProgress)
  }

  abort(reason: Error): void {
    this.#fail(reason)
  }

  async #feed(): Promise<void> {
    const bytes = await this.#exchange.next()
    if (this.#error !== undefined) return
    if (bytes === undefined) {
      this.#isHungry = false
      if (this.#decoder === undefined) this.#ended = true
      else this.#decoder.end()
      return
    }
    if (bytes.length === 0) return
    this.#isHungry = false
    this.#decoder ??= this.#createDecoder(bytes)
    this.#decoder.write(bytes, () => {
      this.#isHungry = true
      this.#wake()
    })
  }

  #createDecoder(beginning: Buffer): Decoder {
    const decoder = this.#encoded.createDecoder(beginning)
    decoder.on('readable', () => this.#wake())
    decoder.on('end', () => {
      this.#ended = true
      this.#wake()
    })
    decoder.on('error', (error) => this.#fail(this.#invalid('cannot be decoded', error)))
    return decoder
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #counted(piece: Buffer, encodedBytes: number): Buffer {
    this.#decodedBytes += piece.length
    const isBomb =
      this.#decodedBytes > freeBytes && this.#decodedBytes > encodedBytes * expansionMax
    if (!isBomb) return piece
    const detail = `decodes to more than ${expansionMax} times its length`
    const error = this.#invalid(detail)
    this.#fail(error)
    throw error
  }

  #invalid(detail: string, cause?: unknown): Error {
    const { encoding, provider } = this.#encoded
    return gatewayError.upstreamInvalidResponse(
      provider,
      `encoded as "${encoding}" and ${detail}`,
      cause,
    )
  }

  #fail(error: Error): void {
    if (this.#ended || this.#error !== undefined) return
    this.#error = error
    this.#decoder?.destroy()
    this.#exchange.abort(error)
    this.#wake()
  }
}
