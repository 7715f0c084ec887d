import type { IncomingHttpHeaders } from 'node:http'

/** Headers of a caller that go on to a provider. Credentials, cookies and our own never do. */
const forwardedNames = ['accept', 'traceparent', 'tracestate', 'baggage', 'openai-beta'] as const

/** Names and values in turn. */
export function forwardedHeaders(headers: IncomingHttpHeaders): readonly string[] {
  // Usage is read from the answer's bytes, so they must not come compressed.
  const forwarded = ['user-agent', 'fairlead', 'accept-encoding', 'identity']
  for (const name of forwardedNames) {
    const value = headers[name]
    if (typeof value === 'string') forwarded.push(name, value)
  }
  return forwarded
}
