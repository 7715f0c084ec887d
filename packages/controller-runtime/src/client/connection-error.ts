/** The API server could not be reached, or the connection broke. Retrying later is right. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/** Error codes of a connection that closed during a request, which may not have been received. */
const brokenCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  // Of HTTP/2: the session ended, or the server ended the stream without an answer.
  'UND_ERR_INFO',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
])

/** The system's or undici's code of a network failure, found in the chain of causes. */
export function networkErrorCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code
  }
  return undefined
}

/** Whether a kept-alive connection died: a read may then be retried at once. */
export function isBrokenConnection(error: unknown): boolean {
  const code = networkErrorCode(error)
  return code !== undefined && brokenCodes.has(code)
}
