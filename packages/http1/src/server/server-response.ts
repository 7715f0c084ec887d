import type { Socket } from 'node:net'
import { writeParts } from '../message/write-parts.ts'
import { fieldLines } from '../message/write-head.ts'

/** What a response needs of its connection. */
export interface ResponseTarget {
  readonly socket: Socket
  /**
   * The fields of every head: the date, and whether the connection stays open. It does not if its
   * end is the end of the body.
   */
  connectionFields(endsWithConnection: boolean): string
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

/** The head of a response with this status, without the empty line at its end. */
export function responseHead(status: number, fields: string): string {
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Unknown'}\r\n${fields}`
}

/**
 * One response. The head is sent together with the first bytes of the body, or at the end of the
 * tick if there are none yet. Without a Content-Length the body is chunked, or for HTTP/1.0 ends
 * with the connection.
 */
export class ServerResponse {
  readonly #target: ResponseTarget
  readonly #withoutBody: boolean
  readonly #isHttp10: boolean
  #head: string | undefined
  #chunked = false
  #left = Infinity
  #started = false
  #ended = false
  #closed = false
  #drained: (() => void) | undefined
  #onClose: (() => void) | undefined

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
   * Sends status and fields; those of the connection are added. Flat list: name, value, name, value.
   * Throws TypeError for a field that is not allowed.
   */
  start(status: number, entries: readonly string[]): void {
    if (this.#started) throw new Error('the response has already started')
    const fields = fieldLines(entries)
    this.#started = true
    const hasNoBody = status === 204 || status === 304
    const declared = declaredBytes(entries)
    this.#chunked = declared === undefined && !hasNoBody && !this.#isHttp10
    this.#left = hasNoBody || this.#withoutBody ? 0 : (declared ?? Infinity)
    const framing = this.#chunked ? 'transfer-encoding: chunked\r\n' : ''
    const connection = this.#target.connectionFields(!this.#chunked && this.#left === Infinity)
    this.#head = `${responseHead(status, fields)}${framing}${connection}\r\n`
    if (this.#withoutBody) this.#chunked = false
    queueMicrotask(() => this.#flushHead())
  }

  /** Undefined if more can be written at once; otherwise resolves when it can. */
  write(bytes: Uint8Array | string): Promise<void> | undefined {
    if (this.#closed || this.#ended || bytes.length === 0) return undefined
    const { socket } = this.#target
    this.#send(bytes, false)
    if (!socket.writableNeedDrain) return undefined
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }

  /** Sends the last bytes. A body shorter than its Content-Length closes the connection. */
  end(bytes: Uint8Array | string = ''): void {
    if (this.#closed || this.#ended) return
    if (!this.#started) throw new Error('the response has not started')
    this.#send(bytes, true)
    this.#ended = true
    if (this.#left > 0 && this.#left !== Infinity) this.#target.socket.destroy()
    else this.#target.responseEnded()
  }

  /** Closes the connection at once: the caller sees that the answer is incomplete. */
  destroy(): void {
    this.#target.socket.destroy()
  }

  /** The connection can take more. */
  drained(): void {
    const resolve = this.#drained
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

  #send(bytes: Uint8Array | string, last: boolean): void {
    const head = this.#head ?? ''
    this.#head = undefined
    const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
    if (this.#left !== Infinity) {
      if (length > this.#left && !this.#withoutBody) {
        throw new Error('the body is longer than its Content-Length')
      }
      this.#left = Math.max(this.#left - length, 0)
    }
    const body = this.#withoutBody ? '' : bytes
    const { socket } = this.#target
    if (!this.#chunked) return writeParts(socket, head, body, length, '')
    const end = last ? '0\r\n\r\n' : ''
    if (length === 0) writeParts(socket, head + end, '', 0, '')
    else writeParts(socket, `${head}${length.toString(16)}\r\n`, body, length, `\r\n${end}`)
  }

  /** What waits for an answer's first bytes is not to wait for its head. */
  #flushHead(): void {
    const head = this.#head
    if (head === undefined || this.#closed) return
    this.#head = undefined
    this.#target.socket.write(head, 'latin1')
  }
}

function declaredBytes(entries: readonly string[]): number | undefined {
  for (let index = 0; index < entries.length; index += 2) {
    if (entries[index] === 'content-length') return Number(entries[index + 1])
  }
  return undefined
}
