import type { IncomingHttpHeaders } from 'node:http'

/**
 * What every attempt carries beside the provider's own headers: those of the caller that the dialect
 * lets through. Credentials, cookies and our own never go on. Flat list: name, value, name, value.
 */
export function forwardedHeaders(
  headers: IncomingHttpHeaders,
  names: readonly string[],
): readonly string[] {
  // Usage is read from the answer's bytes, so they must not come compressed.
  const forwarded = ['user-agent', 'fairlead', 'accept-encoding', 'identity']
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string') forwarded.push(name, value)
  }
  return forwarded
}
