import type { HeaderFields } from '../message/header-fields.ts'
import type { RequestHead } from '../message/request-head.ts'
import { BodyBuffer } from './body-buffer.ts'
import type { PeerCertificate } from './peer-certificate.ts'
import { BodyTooLarge } from './request-errors.ts'

/** What a request needs of its connection. */
export interface RequestSource {
  readonly peerCertificate: PeerCertificate | undefined
  readonly remoteAddress: string | undefined
  /** The reader wants the body: a caller that waits for `100 Continue` gets it. */
  bodyWanted(): void
  /** Stops reading from the caller. */
  pause(): void
}

/** Bytes of a body that wait for a reader; then the caller is no longer read from. */
const unreadBytesMax = 64 * 1024

/** One request. Its body is read at once, by `body`, or not at all. */
export class ServerRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: HeaderFields
  readonly #source: RequestSource
  readonly #declaredBytes: number
  readonly #received: BodyBuffer
  #complete = false
  #error: Error | undefined
  #limitBytes = unreadBytesMax
  #reader: { resolve(body: Buffer): void; reject(error: Error): void } | undefined

  constructor({ method, target, headers, bodyLength }: RequestHead, source: RequestSource) {
    this.method = method
    this.target = target
    this.headers = headers
    this.#source = source
    this.#declaredBytes = bodyLength === 'chunked' ? 0 : bodyLength
    this.#received = new BodyBuffer(this.#declaredBytes)
  }

  /**
   * The certificate that the caller has shown, which an authority of the server has signed;
   * undefined if it has shown none, or was not asked.
   */
  get peerCertificate(): PeerCertificate | undefined {
    return this.#source.peerCertificate
  }

  /** The IP address that the connection comes from; undefined once it is gone. */
  get remoteAddress(): string | undefined {
    return this.#source.remoteAddress
  }

  /**
   * The whole body. Rejects with BodyTooLarge, before reading if the declared length says so and
   * otherwise once more than `limitBytes` have come; with MessageError for a malformed body or one
   * that does not come in time; with ConnectionClosed. To be called once.
   */
  body(limitBytes: number): Promise<Buffer> {
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#declaredBytes > limitBytes || this.#received.length > limitBytes) {
      this.#error = new BodyTooLarge(limitBytes)
      this.#received.take()
      return Promise.reject(this.#error)
    }
    if (this.#complete) return Promise.resolve(this.#received.take())
    this.#limitBytes = limitBytes
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
      this.#source.bodyWanted()
    })
  }

  /** The connection has more of the body. */
  push(data: Buffer): void {
    if (this.#error !== undefined) return
    this.#received.push(data)
    if (this.#received.length <= this.#limitBytes) return
    if (this.#reader === undefined) this.#source.pause()
    else this.fail(new BodyTooLarge(this.#limitBytes))
  }

  /** The body has ended. */
  complete(): void {
    if (this.#error !== undefined) return
    this.#complete = true
    const reader = this.#reader
    this.#reader = undefined
    reader?.resolve(this.#received.take())
  }

  /** The body will never be complete. */
  fail(error: Error): void {
    if (this.#complete || this.#error !== undefined) return
    this.#error = error
    this.#received.take()
    const reader = this.#reader
    this.#reader = undefined
    reader?.reject(error)
  }
}
