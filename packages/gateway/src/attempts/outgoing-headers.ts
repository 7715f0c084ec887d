import type { IncomingHttpHeaders } from 'node:http'

/**
 * The headers of an attempt before it is authenticated: the provider's own, and those of the caller
 * that the dialect lets through. Credentials, cookies and our own never go on. Flat list: name, value,
 * name, value.
 */
export function outgoingHeaders(
  own: readonly string[],
  headers: IncomingHttpHeaders,
  forwarded: readonly string[],
): string[] {
  const outgoing = own.slice()
  // Usage is read from the answer's bytes, so they must not come compressed.
  outgoing.push('user-agent', 'fairlead', 'accept-encoding', 'identity')
  for (const name of forwarded) {
    const value = headers[name]
    if (typeof value === 'string') outgoing.push(name, value)
  }
  return outgoing
}
