import { MessageError } from '../message/message-error.ts'

/** The caller's connection closed before the request or its answer was complete. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'

  constructor() {
    super('the connection was closed')
  }
}

/** The body is longer than its reader allows. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'

  constructor(limitBytes: number) {
    super(`the body is longer than ${limitBytes} bytes`)
  }
}

/** A part of the request did not come before its deadline. */
export function tooSlow(part: 'head' | 'body'): MessageError {
  return new MessageError(408, `The ${part} of the request did not come in time.`)
}
