/** The API server could not be reached, or the connection broke. Can be retried later. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/** Error codes of a connection that closed during a request, which may not have been received. */
const brokenCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
])

/** The system's or undici's error code of a network failure, searched along the cause chain. */
export function networkErrorCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code
  }
  return undefined
}

/** Whether a kept-alive connection was lost: a read may be retried at once. */
export function isBrokenConnection(error: unknown): boolean {
  const code = networkErrorCode(error)
  return code !== undefined && brokenCodes.has(code)
}
