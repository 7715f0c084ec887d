import type { Socket } from 'node:net'
import { BodyReader } from '../message/body-reader.ts'
import { HeadBuffer } from '../message/head-buffer.ts'
import { MessageError } from '../message/message-error.ts'
import { parseRequestHead, type RequestHead } from '../message/request-head.ts'
import { fieldLines } from '../message/write-head.ts'
import { ConnectionClosed } from './request-errors.ts'
import type { ServerOptions, ServerTimeouts } from './server-options.ts'
import { type RequestSource, ServerRequest } from './server-request.ts'
import { responseHead, type ResponseTarget, ServerResponse } from './server-response.ts'

/** Answers of pipelined requests that wait for a slow reader before the next one is begun. */
const unsentBytesMax = 64 * 1024
/** How much of a refused request is read and dropped, so that its sender sees the answer. */
const lingerBytesMax = 16 * 1024 * 1024
/** How often a caller that has stopped sending is asked whether it still reads. */
const probesMax = 10

/** What connections need of their server. */
export interface ConnectionOwner {
  readonly options: ServerOptions
  readonly timeouts: ServerTimeouts
  /** Whether connections are to close after the response that they are at. */
  readonly closing: boolean
  /** The Date field, as a line. */
  dateLine(): string
  closed(connection: ServerConnection): void
}

type Stage = 'head' | 'body' | 'answer' | 'flush' | 'linger'

/** The connection of one caller: one request at a time, in their order. */
export class ServerConnection implements RequestSource, ResponseTarget {
  readonly socket: Socket
  readonly #owner: ConnectionOwner
  readonly #head = new HeadBuffer()
  #stage: Stage = 'head'
  /** Monotonic milliseconds: when the stage began, or last moved on. */
  #sinceMs: number
  #isFresh = true
  #request: ServerRequest | undefined
  #response: ServerResponse | undefined
  #body: BodyReader | undefined
  #keepAlive = true
  #mustContinue = false
  #isHttp10 = false
  /** Bytes after the request that is being answered. */
  #held: Buffer | undefined
  #callerEnded = false
  #probesLeft = probesMax
  #lingerBytes = 0
  #sentBytes = 0

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.socket = socket
    this.#owner = owner
    this.#sinceMs = owner.options.clock.monotonicMs()
    socket.on('data', (piece: Buffer) => this.#onData(piece))
    socket.on('drain', () => this.#onDrain())
    socket.on('end', () => this.#onEnd())
    socket.on('close', () => this.#onClose())
    // The close that follows says all there is to say.
    socket.on('error', () => {})
  }

  /** The server stops: closes at once, or after the answer that is on its way. */
  stop(): void {
    if (this.#stage === 'head' && !this.#head.begun) this.socket.destroy()
    else if (this.#stage === 'flush') this.#close(true)
  }

  /** Closes the connection if a deadline has passed. */
  checkDeadline(nowMs: number): void {
    const { timeouts } = this.#owner
    const elapsedMs = nowMs - this.#sinceMs
    switch (this.#stage) {
      case 'head':
        if (this.#head.begun) {
          if (elapsedMs >= timeouts.headMs) this.#refuse(tooSlow('head'))
        } else if (elapsedMs >= (this.#isFresh ? timeouts.headMs : timeouts.idleMs)) {
          this.socket.destroy()
        }
        return
      case 'body':
        if (elapsedMs >= timeouts.bodyMs) this.#request?.fail(tooSlow('body'))
        return
      case 'answer':
        if (this.#callerEnded) this.#probe()
        return
      case 'flush':
        if (this.#hasMovedOn()) this.#sinceMs = nowMs
        else if (elapsedMs >= timeouts.flushMs) this.socket.destroy()
        return
      case 'linger':
        if (elapsedMs >= timeouts.lingerMs) this.socket.destroy()
    }
  }

  bodyWanted(): void {
    if (this.#mustContinue) {
      this.#mustContinue = false
      this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')
    }
    this.socket.resume()
  }

  pause(): void {
    this.socket.pause()
  }

  connectionFields(endsWithConnection: boolean): string {
    const date = this.#owner.dateLine()
    if (endsWithConnection || !this.#staysOpen()) {
      this.#keepAlive = false
      return `${date}connection: close\r\n`
    }
    const seconds = Math.floor(this.#owner.timeouts.idleMs / 1000)
    return `${date}connection: keep-alive\r\nkeep-alive: timeout=${seconds}\r\n`
  }

  responseEnded(): void {
    const isComplete = this.#body?.complete !== false
    this.#request = undefined
    this.#response = undefined
    this.#body = undefined
    if (!this.#keepAlive || this.#owner.closing) return this.#close(isComplete)
    this.#enter(this.socket.writableLength > 0 ? 'flush' : 'head')
    if (this.#held !== undefined) queueMicrotask(() => this.#continue())
  }

  #staysOpen(): boolean {
    // The rest of a body that nobody reads would have to be waited for.
    const isRead = this.#body === undefined || this.#body.complete
    return this.#keepAlive && isRead && !this.#callerEnded && !this.#owner.closing
  }

  #onData(piece: Buffer): void {
    if (this.#stage === 'linger') return this.#drop(piece)
    if (this.#held !== undefined) this.#hold(Buffer.concat([this.#held, piece]))
    else this.#process(piece)
  }

  #process(piece: Buffer): void {
    let rest = piece
    try {
      while (rest.length > 0) {
        if (this.#stage === 'linger' || this.socket.destroyed) return
        if (this.#body !== undefined && !this.#body.complete) {
          rest = this.#readBody(this.#body, rest)
        } else if (this.#request !== undefined || this.#isBehind()) {
          return this.#hold(rest)
        } else {
          const head = this.#readHead(rest)
          if (head === undefined) return
          rest = head.rest
          if (!this.#begin(head.head, rest)) return
        }
      }
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      if (this.#request === undefined) this.#refuse(error)
      else this.#breakRequest(error)
    }
  }

  #readHead(piece: Buffer) {
    if (!this.#head.begun) this.#enter('head')
    const read = this.#head.push(piece)
    if (read === undefined) return undefined
    return { head: parseRequestHead(read.text), rest: piece.subarray(read.used) }
  }

  /** False when the connection is no longer this one's. */
  #begin(head: RequestHead, rest: Buffer): boolean {
    const { onRequest, onUpgrade } = this.#owner.options
    if (head.upgrade !== undefined && onUpgrade !== undefined) {
      this.#release()
      onUpgrade(head, this.socket, rest)
      return false
    }
    this.#isFresh = false
    this.#keepAlive = head.keepAlive
    this.#isHttp10 = head.isHttp10
    this.#mustContinue = head.expectsContinue && head.bodyLength !== 0
    const request = new ServerRequest(head, this)
    const response = new ServerResponse(this, head.method, head.isHttp10)
    this.#request = request
    this.#response = response
    if (head.bodyLength === 0) {
      this.#enter('answer')
      request.complete()
    } else {
      this.#body = new BodyReader(head.bodyLength)
      this.#enter('body')
    }
    onRequest(request, response)
    return true
  }

  #readBody(body: BodyReader, piece: Buffer): Buffer {
    const request = this.#request
    const used = body.push(piece, (data) => request?.push(data))
    this.#mustContinue = false
    if (body.complete) {
      this.#enter('answer')
      request?.complete()
    }
    return piece.subarray(used)
  }

  #hold(bytes: Buffer): void {
    this.#held = bytes
    this.socket.pause()
  }

  /** Goes on with what was held back. */
  #continue(): void {
    const held = this.#held
    if (held === undefined || this.#request !== undefined || this.#isBehind()) return
    this.#held = undefined
    this.#process(held)
    if (this.#held === undefined) this.socket.resume()
  }

  /** Whether answers wait for their reader. */
  #isBehind(): boolean {
    return this.socket.writableLength > unsentBytesMax
  }

  #onDrain(): void {
    if (this.#stage === 'flush') this.#enter('head')
    this.#response?.drained()
    this.#continue()
  }

  /** The caller sends no more: it may still read, or be gone. */
  #onEnd(): void {
    this.#callerEnded = true
    if (this.#stage === 'head') {
      if (this.#head.begun) this.#refuse(new MessageError(400, 'The request is incomplete.'))
      else this.socket.end()
    } else if (this.#response?.started === true) {
      // Nobody stops sending in the middle of an answer but to leave.
      this.socket.destroy()
    } else if (this.#stage === 'body') {
      this.#breakRequest(new MessageError(400, 'The body is incomplete.'))
    } else if (this.#stage === 'answer') {
      this.#probe()
      // The reset that the first one brings fails the second; from afar, a later one.
      setImmediate(() => this.#probe())
    } else {
      this.socket.end()
    }
  }

  /** A caller that is gone answers an interim response with a reset; one that reads ignores it. */
  #probe(): void {
    if (this.#isHttp10 || this.#response?.started !== false || this.#probesLeft === 0) return
    this.#probesLeft -= 1
    this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')
  }

  #onClose(): void {
    this.#request?.fail(new ConnectionClosed())
    this.#response?.connectionClosed()
    this.#request = undefined
    this.#response = undefined
    this.#held = undefined
    this.#owner.closed(this)
  }

  /** What is left of the body cannot be read; who answers the request learns why. */
  #breakRequest(error: MessageError): void {
    this.#keepAlive = false
    this.#request?.fail(error)
  }

  /** Answers what is not a request, and closes the connection. */
  #refuse(error: MessageError): void {
    if (this.#stage === 'linger' || !this.socket.writable) return void this.socket.destroy()
    const { fields, body } = this.#owner.options.refusal(error)
    const lines = fieldLines([...fields, 'content-length', String(Buffer.byteLength(body))])
    this.#keepAlive = false
    this.socket.write(
      `${responseHead(error.status, lines)}${this.#owner.dateLine()}connection: close\r\n\r\n${body}`,
    )
    this.#close(false)
  }

  /**
   * Closes after what has been written. If the caller is still sending, its bytes are read and
   * dropped for a while: closing at once would reset the connection before the answer is read.
   */
  #close(isComplete: boolean): void {
    this.#enter('linger')
    if (isComplete && this.#held === undefined) return this.socket.destroySoon()
    this.#held = undefined
    this.socket.end()
    this.socket.resume()
  }

  #drop(piece: Buffer): void {
    this.#lingerBytes += piece.length
    if (this.#lingerBytes > lingerBytesMax) this.socket.destroy()
  }

  #hasMovedOn(): boolean {
    const sentBytes = this.socket.bytesWritten - this.socket.writableLength
    const moved = sentBytes !== this.#sentBytes
    this.#sentBytes = sentBytes
    return moved
  }

  #enter(stage: Stage): void {
    this.#stage = stage
    this.#sinceMs = this.#owner.options.clock.monotonicMs()
  }

  #release(): void {
    for (const event of ['data', 'drain', 'end', 'close', 'error']) {
      this.socket.removeAllListeners(event)
    }
    this.#owner.closed(this)
  }
}

function tooSlow(part: string): MessageError {
  return new MessageError(408, `The ${part} of the request did not come in time.`)
}
