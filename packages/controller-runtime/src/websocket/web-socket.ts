import type { Duplex } from 'node:stream'
import { abortReason, type Clock, type Timer } from '@fairlead/base'
import { encodeFrame, type Frame, FrameDecoder, opcodes } from './frame.ts'
import { MessageAssembler } from './message-assembler.ts'
import { WebSocketError } from './web-socket-error.ts'

interface WebSocketOptions {
  /** The subprotocol that was agreed on. */
  readonly protocol: string
  readonly clock: Clock
  /** Ends the connection at once when it aborts. */
  readonly signal: AbortSignal
  /** Called once when the connection has ended. */
  readonly onEnd?: () => void
}

/** Far above what an API server sends; only protects our memory. */
const messageLimitBytes = 16 * 1024 * 1024
/** client-go's: a ping every 5 s, and a peer that is silent for 60 s is taken for dead. */
const pingIntervalMs = 5_000
const silenceLimitMs = 60_000
/** How long to wait for the other side to close, after we have. */
const closeTimeoutMs = 5_000
const normalClosure = 1000

/**
 * A WebSocket after its handshake, as a client. Messages are bytes, text ones as UTF-8. What is not
 * read is not buffered: the peer has to wait.
 */
export class WebSocketConnection {
  readonly protocol: string
  readonly #socket: Duplex
  readonly #clock: Clock
  readonly #decoder = new FrameDecoder(messageLimitBytes)
  readonly #assembler = new MessageAssembler(messageLimitBytes)
  #heardMs: number
  /** Whether somebody waits for bytes: only then is silence the peer's. */
  #isReading = false
  #isClosing = false
  #failure: Error | undefined
  #timer: Timer

  constructor(socket: Duplex, options: WebSocketOptions) {
    this.protocol = options.protocol
    this.#socket = socket
    this.#clock = options.clock
    this.#heardMs = options.clock.monotonicMs()
    const onAbort = () => this.#fail(abortReason(options.signal))
    this.#timer = this.#schedulePing()
    socket.on('error', (cause) => this.#fail(new WebSocketError('the connection broke', { cause })))
    socket.once('close', () => {
      this.#timer.cancel()
      options.signal.removeEventListener('abort', onAbort)
      options.onEnd?.()
    })
    options.signal.addEventListener('abort', onAbort, { once: true })
    if (options.signal.aborted) onAbort()
  }

  /**
   * The messages, to be iterated once. Ends when the peer closes normally; throws WebSocketError when
   * it closes otherwise or the connection breaks, and the signal's reason if it aborts.
   */
  async *messages(): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of this.#chunks()) {
        for (const frame of this.#decoder.push(chunk)) {
          if (frame.opcode === opcodes.close) return this.#closedBy(frame)
          if (frame.opcode === opcodes.ping) this.#answerPing(frame)
          if (frame.opcode >= opcodes.close) continue
          const message = this.#assembler.push(frame)
          if (message !== undefined) yield message
        }
      }
    } catch (error) {
      // After our own close, the other side may end the connection without an answer.
      if (this.#failure === undefined && this.#isClosing && !(error instanceof WebSocketError))
        return
      throw this.#failure ?? error
    } finally {
      if (!this.#isClosing) this.#socket.destroy()
    }
    if (this.#failure !== undefined) throw this.#failure
    if (this.#isClosing) return
    throw new WebSocketError('the connection ended without being closed')
  }

  /** Sends a binary message; resolves when the connection takes more. */
  async send(message: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#isClosing || !this.#socket.writable) {
      throw new WebSocketError('the connection is closed')
    }
    if (this.#write(opcodes.binary, message)) return
    await new Promise<void>((resolve, reject) => {
      const settle = () => {
        this.#socket.off('drain', settle)
        this.#socket.off('close', settle)
        if (this.#failure !== undefined) reject(this.#failure)
        else resolve()
      }
      this.#socket.once('drain', settle)
      this.#socket.once('close', settle)
    })
  }

  /** Says that there is nothing more to say, and gives the other side five seconds for the same. */
  close(): void {
    this.#sayClose(normalClosure)
  }

  #sayClose(code: number): void {
    if (this.#isClosing || this.#socket.destroyed) return
    this.#write(opcodes.close, closePayload(code))
    this.#isClosing = true
    this.#timer.cancel()
    this.#timer = this.#clock.setTimer(closeTimeoutMs, () => this.#socket.destroy())
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    const chunks = this.#socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    for (;;) {
      this.#heardMs = this.#clock.monotonicMs()
      this.#isReading = true
      const next = await chunks.next()
      this.#isReading = false
      if (next.done === true) return
      yield next.value
    }
  }

  /** One that takes no answers gets none: they would be kept for it. */
  #answerPing({ payload }: Frame): void {
    if (!this.#socket.writableNeedDrain) this.#write(opcodes.pong, payload)
  }

  #closedBy({ payload }: Frame): void {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : normalClosure
    this.#sayClose(code)
    this.#socket.end(() => this.#socket.destroy())
    if (code === normalClosure || code === 1001) return
    const reason = payload.subarray(2).toString('utf8')
    throw new WebSocketError(`the server closed the connection with code ${code}: ${reason}`)
  }

  #write(opcode: number, payload: Uint8Array): boolean {
    if (this.#isClosing || !this.#socket.writable) return true
    return this.#socket.write(encodeFrame(opcode, payload))
  }

  #schedulePing(): Timer {
    return this.#clock.setTimer(pingIntervalMs, () => {
      if (this.#isReading && this.#clock.monotonicMs() - this.#heardMs > silenceLimitMs) {
        this.#fail(new WebSocketError(`nothing was heard of the server for ${silenceLimitMs} ms`))
        return
      }
      this.#write(opcodes.ping, Buffer.alloc(0))
      this.#timer = this.#schedulePing()
    })
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#socket.destroy()
  }
}

function closePayload(code: number): Buffer {
  const payload = Buffer.alloc(2)
  payload.writeUInt16BE(code)
  return payload
}
