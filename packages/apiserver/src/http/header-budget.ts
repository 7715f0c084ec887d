import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

import { TooManyRequests } from './in-flight.ts'

/** What the headers of each connection may take anyway; few need more. */
const freeBytes = 16 * 1024
/** What those of all connections may take beyond it. */
const sharedBytesMax = 64 * 1024 * 1024

/** The headers of one connection. */
interface Held {
  /** Of the request that is arriving. */
  arriving: number
  /** The last request whose headers are complete. */
  request: IncomingMessage | undefined
  /** Whether the bytes that come next are headers. */
  expectsHeaders: boolean
}

/**
 * The bytes of request headers in memory: each may have 1 MiB, but there can be a thousand. A
 * connection whose headers find no room while they arrive is closed.
 */
export class HeaderBudget {
  readonly #free: number
  readonly #max: number
  readonly #held = new WeakMap<Duplex, Held>()
  #bytes = 0

  constructor({ free = freeBytes, max = sharedBytesMax } = {}) {
    this.#free = free
    this.#max = max
  }

  /** Counts what arrives on a new connection. */
  follow(socket: Duplex): void {
    const held: Held = { arriving: 0, request: undefined, expectsHeaders: true }
    this.#held.set(socket, held)
    // After the parser, so that it is known what the bytes were.
    socket.on('data', (chunk: Buffer) => {
      const areHeaders = held.expectsHeaders
      held.expectsHeaders = held.request?.complete !== false
      if (areHeaders && !this.#arrives(held, chunk.length)) socket.destroy()
    })
    socket.once('close', () => this.#forget(held))
  }

  /** A request whose headers are complete holds them until it is answered. @throws TooManyRequests */
  begins(request: IncomingMessage, response: ServerResponse): void {
    const held = this.#held.get(request.socket)
    if (held !== undefined) {
      this.#forget(held)
      held.request = request
      // What came with the end of the headers is not counted.
      held.expectsHeaders = false
    }
    const bytes = this.#beyondFree(lengthOf(request))
    if (bytes === 0) return
    if (this.#bytes + bytes > this.#max) throw new TooManyRequests()
    this.#bytes += bytes
    response.once('close', () => void (this.#bytes -= bytes))
  }

  /** Whether there was room for them. */
  #arrives(held: Held, bytes: number): boolean {
    const before = this.#beyondFree(held.arriving)
    held.arriving += bytes
    this.#bytes += this.#beyondFree(held.arriving) - before
    return this.#beyondFree(held.arriving) === 0 || this.#bytes <= this.#max
  }

  #forget(held: Held): void {
    this.#bytes -= this.#beyondFree(held.arriving)
    held.arriving = 0
  }

  #beyondFree(bytes: number): number {
    return Math.max(0, bytes - this.#free)
  }
}

function lengthOf({ rawHeaders }: IncomingMessage): number {
  let length = 0
  for (const text of rawHeaders) length += text.length
  return length
}
