/** A body that cannot be read; the message is the real server's, without what a verb says before it. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
}
