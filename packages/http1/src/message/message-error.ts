/** A message that breaks the rules of HTTP/1.1, and the status that says so to its sender. */
export class MessageError extends Error {
  override readonly name = 'MessageError'
  /** What a server answers; a client treats every one as a broken answer. */
  readonly status: number

  constructor(status: 400 | 408 | 413 | 417 | 431 | 501 | 505, message: string) {
    super(message)
    this.status = status
  }
}
