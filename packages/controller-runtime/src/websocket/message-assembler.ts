import { type Frame, opcodes } from './frame.ts'
import { WebSocketError } from './web-socket-error.ts'

/** What keeping a fragment costs beside its bytes, about: they may be as many as they are short. */
const fragmentBytes = 128

/** Puts the fragments of messages together. */
export class MessageAssembler {
  readonly #limitBytes: number
  #fragments: Buffer[] | undefined
  #bytes = 0

  /** A message that is longer, or that takes more memory in its fragments, is a WebSocketError. */
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
    this.#bytes += payload.length + (isFirst ? 0 : fragmentBytes)
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
