import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2'
import type { Clock } from '@fairlead/base'
import { grpcFrame, GrpcFrameReader } from './grpc-frames.ts'
import { PickerFailure } from './picker-failure.ts'

/** Told what a picker sends, until `onEnd`. */
interface PickerListener {
  onMessage(message: Buffer): void
  onEnd(failure: PickerFailure): void
}

/** As much as grpc-go reads of one message by default. */
const messageBytesMax = 4 * 1024 * 1024
/** How long a picker may take to end a stream that we have ended. */
const endMs = 5_000

/** Names of gRPC's status codes, by their numbers. */
const statusNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]
const deadlineExceeded = 4
const unavailable = 14

/** The stream of one call to its picker: messages of gRPC in both directions. */
export class PickerStream {
  readonly #http: ClientHttp2Stream
  readonly #clock: Clock
  readonly #reader = new GrpcFrameReader(messageBytesMax)
  #listener: PickerListener | undefined
  #hasBegun = false

  constructor(http: ClientHttp2Stream, clock: Clock, listener: PickerListener) {
    this.#http = http
    this.#clock = clock
    this.#listener = listener
    http.on('response', (headers) => this.#begun(headers))
    http.on('trailers', (headers: IncomingHttpHeaders) => this.#ended(headers))
    http.on('data', (chunk: Buffer) => this.#received(chunk))
    http.on('error', (error) => this.#lost(error))
    http.on('close', () => this.#lost(undefined))
  }

  /** Whether messages can still be sent. */
  get isOpen(): boolean {
    return !this.#http.destroyed && !this.#http.writableEnded
  }

  /** Bytes that wait for the picker to read. */
  get bufferedBytes(): number {
    return this.#http.writableLength
  }

  send(message: Uint8Array): void {
    if (this.isOpen) this.#http.write(grpcFrame(message))
  }

  /** What else the picker says is read and dropped. */
  ignoreAnswers(): void {
    this.#listener = undefined
  }

  /** All has been sent. A picker that does not end the stream in turn within 5 s has it ended. */
  end(): void {
    this.ignoreAnswers()
    if (!this.isOpen) return
    this.#http.end()
    const timer = this.#clock.setTimer(endMs, () => this.cancel())
    this.#http.once('close', () => timer.cancel())
  }

  /** The picker is told that the call has been given up. */
  cancel(): void {
    this.ignoreAnswers()
    if (!this.#http.destroyed) this.#http.close(constants.NGHTTP2_CANCEL)
  }

  #begun(headers: IncomingHttpHeaders): void {
    this.#hasBegun = true
    const status = Number(headers[':status'])
    if (status !== 200) {
      return this.#fail(new PickerFailure('InvalidAnswer', `it answered with status ${status}`))
    }
    if (headers['grpc-status'] !== undefined) return this.#ended(headers)
    if (headers['content-type']?.startsWith('application/grpc') === true) return
    this.#fail(new PickerFailure('InvalidAnswer', 'it does not speak gRPC'))
  }

  #received(chunk: Buffer): void {
    if (this.#listener === undefined) return
    try {
      for (const message of this.#reader.push(chunk)) this.#listener?.onMessage(message)
    } catch (error) {
      const invalid = new PickerFailure('InvalidAnswer', 'it sent what cannot be read', {
        cause: error,
      })
      this.#fail(error instanceof PickerFailure ? error : invalid)
    }
  }

  #ended(headers: IncomingHttpHeaders): void {
    const code = Number(headers['grpc-status'])
    if (code === 0) {
      return this.#fail(new PickerFailure('InvalidAnswer', 'it ended the stream without a choice'))
    }
    const name = statusNames[code] ?? String(code)
    const message = `it ended the stream with ${name}`
    if (code === unavailable) return this.#fail(new PickerFailure('Connect', message))
    const failure = code === deadlineExceeded ? 'Timeout' : 'InvalidAnswer'
    this.#fail(new PickerFailure(failure, message))
  }

  #lost(cause: Error | undefined): void {
    const wasLost = !this.#hasBegun
    const message = 'it closed the stream without a choice'
    this.#fail(new PickerFailure('Connect', message, { cause, wasLost }))
  }

  #fail(failure: PickerFailure): void {
    const listener = this.#listener
    this.#listener = undefined
    listener?.onEnd(failure)
    if (!this.#http.destroyed && !this.#http.closed) this.#http.close(constants.NGHTTP2_CANCEL)
  }
}
