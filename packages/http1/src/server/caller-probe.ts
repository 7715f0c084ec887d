import type { Socket } from 'node:net'

/** An interim response: it asks for the body, or is ignored. */
export const continueResponse = 'HTTP/1.1 100 Continue\r\n\r\n'

/** How often a caller is asked. */
const probesMax = 10

/**
 * Finds out whether a caller that sends no more still reads. One that is gone answers an interim
 * response with a reset; one that reads ignores it (RFC 9110 §15.2).
 */
export class CallerProbe {
  readonly #socket: Socket
  #left = probesMax

  constructor(socket: Socket) {
    this.#socket = socket
  }

  send(): void {
    if (this.#left === 0) return
    this.#left -= 1
    this.#socket.write(continueResponse, 'latin1')
  }
}
