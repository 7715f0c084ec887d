import type { Socket } from 'node:net'
import { BodyReader } from '../message/body-reader.ts'
import { HeadBuffer } from '../message/head-buffer.ts'
import { MessageError } from '../message/message-error.ts'
import { parseRequestHead, type RequestHead } from '../message/request-head.ts'
import type { TurnWriter } from '../message/turn-writes.ts'
import { CallerProbe, continueResponse } from './caller-probe.ts'
import type { ConnectionOwner } from './connection-owner.ts'
import { LingeringClose } from './lingering-close.ts'
import { Outflow } from './outflow.ts'
import type { ConnectionPeer, PeerCertificate } from './peer-certificate.ts'
import { ConnectionClosed, tooSlow } from './request-errors.ts'
import { writeRefusal } from './refusal.ts'
import { type RequestSource, ServerRequest } from './server-request.ts'
import { type ResponseTarget, ServerResponse } from './server-response.ts'
import { type Stage, stageLimitMs } from './stage.ts'

/** The connection of one caller: one request at a time, in their order. */
export class ServerConnection implements RequestSource, ResponseTarget {
  readonly socket: Socket
  readonly #owner: ConnectionOwner
  readonly #peer: ConnectionPeer
  readonly #head = new HeadBuffer()
  readonly #lingeringClose: LingeringClose
  readonly #outflow: Outflow
  readonly #probes: CallerProbe
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
  /** Whether the body cannot be read to its end: what still comes is dropped. */
  #isBroken = false
  #isStopped = false

  readonly #listeners: readonly [string, (piece: Buffer) => void][] = [
    ['data', (piece) => this.#onData(piece)],
    ['drain', () => this.#onDrain()],
    ['end', () => this.#onEnd()],
    ['close', () => this.#onClose()],
    // The close that follows says all there is to say.
    ['error', () => {}],
  ]

  constructor(socket: Socket, owner: ConnectionOwner, peer: ConnectionPeer) {
    this.socket = socket
    this.#owner = owner
    this.#peer = peer
    this.#sinceMs = owner.options.clock.monotonicMs()
    this.#lingeringClose = new LingeringClose(socket)
    this.#outflow = new Outflow(socket)
    this.#probes = new CallerProbe(socket)
    for (const [event, listener] of this.#listeners) socket.on(event, listener)
  }

  /** Whether an answer that begins now is the last one. */
  get #isEnding(): boolean {
    return this.#isStopped || this.#owner.closing
  }

  /**
   * The connection has served its time: closes at once, or after the answer that is on its way. If
   * `evenFresh` is false, a caller who has not sent anything yet still may.
   */
  stop(evenFresh: boolean): void {
    this.#isStopped = true
    const isIdle = this.#stage === 'head' && !this.#head.begun
    if (isIdle && this.#isFresh && !evenFresh) return
    if (isIdle) this.socket.destroy()
    else if (this.#stage === 'flush') this.#close()
  }

  /** Closes the connection if a deadline has passed. */
  checkDeadline(nowMs: number): void {
    const { timeouts } = this.#owner
    const isAfterAnswer = this.#stage === 'flush' || this.#stage === 'linger'
    const isSending = isAfterAnswer && this.#isSending(nowMs)
    // A body that is not wanted yet is not late, nor is it time to leave before all has been sent.
    const isOurs = this.#stage === 'body' && (this.#mustContinue || this.socket.isPaused())
    if (isOurs || (this.#stage === 'linger' && isSending)) this.#sinceMs = nowMs
    // What is less than the high-water mark is sent without a drain event.
    if (this.#stage === 'flush' && !isSending) this.#enter('head')
    if (this.#stage === 'answer' && this.#callerEnded) this.#probe()
    const limitMs = stageLimitMs(this.#stage, timeouts, this.#isFresh || this.#head.begun)
    if (nowMs - this.#sinceMs < limitMs) return
    if (this.#stage === 'body') this.#request?.fail(tooSlow('body'))
    else if (this.#head.begun) this.#refuse(tooSlow('head'))
    else this.socket.destroy()
  }

  get peerCertificate(): PeerCertificate | undefined {
    return this.#peer.certificate
  }

  get remoteAddress(): string | undefined {
    return this.socket.remoteAddress
  }

  bodyWanted(): void {
    if (this.#mustContinue && this.#response?.started === false) {
      this.socket.write(continueResponse, 'latin1')
    }
    this.#mustContinue = false
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

  flushSoon(writer: TurnWriter): void {
    this.#owner.flushSoon(writer)
  }

  responseEnded(): void {
    this.#request = undefined
    this.#response = undefined
    this.#body = undefined
    const isLast = this.#callerEnded && this.#held === undefined
    // A caller who was promised an open connection may send the next request at this moment.
    if (!this.#keepAlive || this.#isStopped || isLast) return this.#close()
    this.#enter(this.socket.writableLength > 0 ? 'flush' : 'head')
    if (this.#held !== undefined) queueMicrotask(() => this.#continue())
  }

  #staysOpen(): boolean {
    // The rest of a body that nobody reads would have to be waited for.
    const isRead = this.#body === undefined || this.#body.complete
    return this.#keepAlive && isRead && !this.#callerEnded && !this.#isEnding
  }

  #onData(piece: Buffer): void {
    if (this.#stage === 'linger' || this.#isBroken) return this.#lingeringClose.drop(piece)
    if (this.#held !== undefined) this.#hold(Buffer.concat([this.#held, piece]))
    else this.#process(piece)
  }

  #process(piece: Buffer): void {
    let rest = piece
    try {
      while (rest.length > 0) {
        if (this.#stage === 'linger' || this.#isBroken || this.socket.destroyed) return
        if (this.#body !== undefined && !this.#body.complete) {
          rest = this.#readBody(this.#body, rest)
        } else if (this.#request !== undefined || this.#outflow.isBehind) {
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
    const hadBegun = this.#head.begun
    const read = this.#head.push(piece)
    if (read === undefined) {
      // Empty lines before a head are no progress.
      if (!hadBegun && this.#head.begun) this.#enter('head')
      return undefined
    }
    if (this.#peer.refusal !== undefined) throw this.#peer.refusal
    return { head: parseRequestHead(read.text), rest: piece.subarray(read.used) }
  }

  /** False when the connection is no longer this one's. */
  #begin(head: RequestHead, rest: Buffer): boolean {
    const { onRequest, onUpgrade } = this.#owner.options
    if (onUpgrade !== undefined && this.#maySwitch(head)) {
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

  /** A request with a body, which would have to be read first, is answered as any other. */
  #maySwitch({ upgrade, bodyLength }: RequestHead): boolean {
    return upgrade !== undefined && bodyLength === 0 && !this.#isEnding
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
    if (held === undefined || this.#request !== undefined || this.#outflow.isBehind) return
    this.#held = undefined
    this.#process(held)
    if (this.#held === undefined) this.socket.resume()
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
      else this.#close()
    } else if (this.#response?.started === true && !this.#response.ended) {
      // Nobody stops sending in the middle of an answer but to leave.
      this.socket.destroy()
    } else if (this.#stage === 'body') {
      this.#breakRequest(new MessageError(400, 'The body is incomplete.'))
    } else if (this.#stage === 'answer' && this.#response?.started === false) {
      this.#probe()
      // The reset that the first one brings fails the second; from afar, a later one.
      setImmediate(() => this.#probe())
    } else if (this.#stage === 'flush') {
      this.#close()
    }
  }

  #probe(): void {
    if (!this.#isHttp10 && this.#response?.started === false) this.#probes.send()
  }

  /** Whether something waits to be sent. A caller that takes none of it for too long is given up. */
  #isSending(nowMs: number): boolean {
    const stalledMs = this.#outflow.stalledMs(nowMs)
    if (stalledMs === undefined) return false
    if (stalledMs >= this.#owner.timeouts.flushMs) this.socket.destroy()
    return true
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
    this.#isBroken = true
    this.#request?.fail(error)
  }

  /** Answers what is not a request, and closes the connection. */
  #refuse(error: MessageError): void {
    if (this.#stage === 'linger' || !this.socket.writable) return void this.socket.destroy()
    this.#keepAlive = false
    writeRefusal(this.socket, error, this.#owner.options.refusal(error), this.#owner.dateLine())
    this.#close()
  }

  #close(): void {
    this.#enter('linger')
    this.#held = undefined
    this.#lingeringClose.begin()
  }

  #enter(stage: Stage): void {
    this.#stage = stage
    this.#sinceMs = this.#owner.options.clock.monotonicMs()
  }

  /** Leaves the socket as if nobody had listened to it: it flows when somebody does. */
  #release(): void {
    for (const [event, listener] of this.#listeners) this.socket.off(event, listener)
    Reflect.set(this.socket, 'readableFlowing', null)
    this.#owner.closed(this)
  }
}
