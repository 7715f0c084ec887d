import { type Frame, opcodes } from './frame.ts'
import { WebSocketError } from './web-socket-error.ts'

/** Puts the fragments of messages together. */
export class MessageAssembler {
  readonly #limitBytes: number
  #fragments: Buffer[] | undefined
  #bytes = 0

  /** A longer message is a WebSocketError. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Takes a frame that is no control frame; returns the message that it completes. */
  push({ opcode, isFinal, payload }: Frame): Buffer | undefined {
    const isFirst = opcode !== opcodes.continuation
    if (isFirst === (this.#fragments !== undefined)) {
      throw new WebSocketError('the server sent the fragments of a message out of order')
    }
    const fragments = this.#fragments ?? []
    this.#bytes += payload.length
    if (this.#bytes > this.#limitBytes) {
      throw new WebSocketError(`the server sent a message of more than ${this.#limitBytes} bytes`)
    }
    fragments.push(payload)
    this.#fragments = isFinal ? undefined : fragments
    if (!isFinal) return undefined
    this.#bytes = 0
    return fragments.length === 1 ? payload : Buffer.concat(fragments)
  }
}
