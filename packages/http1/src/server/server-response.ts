import type { Socket } from 'node:net'
import { PendingBytes } from '../message/pending-bytes.ts'
import type { TurnWriter } from '../message/turn-writes.ts'
import { fieldLines } from '../message/write-head.ts'

/** What a response needs of its connection. */
export interface ResponseTarget {
  readonly socket: Socket
  /**
   * The fields of every head: the date, and whether the connection stays open. It does not if its
   * end is the end of the body.
   */
  connectionFields(endsWithConnection: boolean): string
  /** Calls `flush` at the end of this turn of the event loop. */
  flushSoon(writer: TurnWriter): void
  /** The response has been written to its end. */
  responseEnded(): void
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  499: 'Client Closed Request',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
}

/** What the connection decides. */
const connectionFields: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** What decides where a message ends or who gets it is no matter of its end. */
const notInTrailers: ReadonlySet<string> = new Set([
  ...connectionFields,
  'content-length',
  'host',
  'trailer',
])

/** The head of a response with this status, without the empty line at its end. */
export function responseHead(status: number, fields: string): string {
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Unknown'}\r\n${fields}`
}

/** What is written in one turn of the event loop is sent at its end, or once it is as much. */
const pendingBytesMax = 64 * 1024

/**
 * One response. Whatever is written in one turn of the event loop, head included, is sent together,
 * at its end. Without a Content-Length the body is chunked, or for HTTP/1.0 ends with the connection.
 */
export class ServerResponse implements TurnWriter {
  readonly #target: ResponseTarget
  readonly #withoutBody: boolean
  readonly #isHttp10: boolean
  readonly #pending = new PendingBytes()
  #chunked = false
  #left = Infinity
  #started = false
  #ended = false
  #scheduled = false
  #closed = false
  #draining: Promise<void> | undefined
  #drained: (() => void) | undefined
  #onClose: (() => void) | undefined
  #addedFields: ((entries: readonly string[]) => readonly string[]) | undefined

  constructor(target: ResponseTarget, method: string, isHttp10: boolean) {
    this.#target = target
    this.#withoutBody = method === 'HEAD'
    this.#isHttp10 = isHttp10
  }

  /** Whether the head has been decided. */
  get started(): boolean {
    return this.#started
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Whether the connection closed before the response ended; nothing more can be sent. */
  get closed(): boolean {
    return this.#closed
  }

  /** Calls back once if the connection closes before the response has ended. */
  onClose(listener: (() => void) | undefined): void {
    this.#onClose = listener
  }

  /**
   * Adds fields to the head, whoever starts the response: `fieldsFor` is given those that it is
   * started with. Flat lists: name, value, name, value.
   */
  addFields(fieldsFor: (entries: readonly string[]) => readonly string[]): void {
    this.#addedFields = fieldsFor
  }

  /**
   * Sends status and fields; those of the connection are added. Flat list: name, value, name, value.
   * Throws TypeError for a status or field that is not allowed.
   */
  start(status: number, entries: readonly string[]): void {
    if (this.#started) throw new Error('the response has already started')
    if (!Number.isInteger(status) || status < 200 || status > 999) {
      throw new TypeError(`${status} is not the status of a response.`)
    }
    const added = this.#addedFields
    const all = added === undefined ? entries : [...entries, ...added(entries)]
    const fields = fieldLines(all, connectionFields)
    const declared = declaredBytes(entries)
    this.#started = true
    const hasNoBody = status === 204 || status === 304
    this.#chunked = declared === undefined && !hasNoBody && !this.#isHttp10
    this.#left = hasNoBody || this.#withoutBody ? 0 : (declared ?? Infinity)
    const framing = this.#chunked ? 'transfer-encoding: chunked\r\n' : ''
    const connection = this.#target.connectionFields(!this.#chunked && this.#left === Infinity)
    if (this.#withoutBody) this.#chunked = false
    this.#pending.addText(`${responseHead(status, fields)}${framing}${connection}\r\n`)
    this.#flushSoon()
  }

  /**
   * Undefined if more can be written at once; otherwise resolves when it can, or the response has
   * ended. The bytes must not be changed any more. A body longer than its Content-Length closes the
   * connection, and throws.
   */
  write(bytes: Uint8Array | string): Promise<void> | undefined {
    if (this.#closed || this.#ended || bytes.length === 0) return undefined
    this.#add(bytes)
    if (this.#pending.byteLength < pendingBytesMax) this.#flushSoon()
    else this.flush()
    if (!this.#target.socket.writableNeedDrain) return undefined
    this.#draining ??= new Promise((resolve) => {
      this.#drained = resolve
    })
    return this.#draining
  }

  /**
   * Sends the last bytes. A body shorter than its Content-Length closes the connection, a longer one
   * throws too. Trailers, a flat list as the fields of the head, follow a chunked body, and go
   * nowhere after any other; the head should have named them in `Trailer`.
   */
  end(bytes: Uint8Array | string = '', trailers: readonly string[] = []): void {
    if (this.#closed || this.#ended) return
    if (!this.#started) throw new Error('the response has not started')
    if (bytes.length > 0) this.#add(bytes)
    if (this.#chunked) this.#pending.addText(`0\r\n${fieldLines(trailers, notInTrailers)}\r\n`)
    this.#ended = true
    this.drained()
    if (this.#left > 0 && this.#left !== Infinity) this.destroy()
    else this.#flushSoon()
  }

  /** Closes the connection at once: the caller sees that the answer is incomplete. */
  destroy(): void {
    this.#target.socket.destroy()
  }

  /** The connection can take more. */
  drained(): void {
    const resolve = this.#drained
    this.#draining = undefined
    this.#drained = undefined
    resolve?.()
  }

  /** The connection has closed. */
  connectionClosed(): void {
    this.drained()
    if (this.#ended || this.#closed) return
    this.#closed = true
    this.#onClose?.()
  }

  #add(bytes: Uint8Array | string): void {
    if (!this.#started) throw new Error('the response has not started')
    if (this.#withoutBody) return
    const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
    if (length > this.#left) {
      this.destroy()
      throw new Error('the body is longer than its Content-Length')
    }
    this.#left -= length
    if (this.#chunked) this.#pending.addText(`${length.toString(16)}\r\n`)
    this.#pending.addBody(bytes, length)
    if (this.#chunked) this.#pending.addText('\r\n')
  }

  #flushSoon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#target.flushSoon(this)
  }

  /** Sends what is pending. */
  flush(): void {
    this.#scheduled = false
    const { socket } = this.#target
    if (socket.destroyed) return
    this.#pending.writeTo(socket)
    if (this.#ended) this.#target.responseEnded()
  }
}

/** The value of Content-Length, if there is one. Throws TypeError for one that is not a length. */
function declaredBytes(entries: readonly string[]): number | undefined {
  let declared: number | undefined
  for (let index = 0; index < entries.length; index += 2) {
    const name = entries[index] ?? ''
    if (name.length !== 14 || name.toLowerCase() !== 'content-length') continue
    const value = entries[index + 1] ?? ''
    if (declared !== undefined || !/^\d{1,15}$/.test(value)) {
      throw new TypeError('The Content-Length of the response is not valid.')
    }
    declared = Number(value)
  }
  return declared
}
