import type { HeaderFields } from '@fairlead/http1'
import type { Dialect } from '@fairlead/llm'

const traceHeaders: ReadonlySet<string> = new Set(['traceparent', 'tracestate'])

/** What callers of one dialect send that providers of another understand as well. */
export function sharedHeaders(caller: Dialect, provider: Dialect): readonly string[] {
  const { requestHeaders } = caller.passage
  return caller.name === provider.name
    ? requestHeaders
    : requestHeaders.filter((name) => provider.passage.requestHeaders.includes(name))
}

/**
 * The headers of an attempt before authentication: the provider's own, and those of the caller that
 * the dialect forwards. The caller's credentials, cookies and `x-fairlead-` headers are never
 * among them. `trace` takes the place of the caller's trace context; without it that is passed on
 * unchanged. Flat lists: name, value, name, value.
 */
export function outgoingHeaders(
  own: readonly string[],
  headers: HeaderFields,
  forwarded: readonly string[],
  trace: readonly string[] | undefined,
): string[] {
  const outgoing = own.slice()
  if (trace !== undefined) outgoing.push(...trace)
  for (const name of forwarded) {
    if (trace !== undefined && traceHeaders.has(name)) continue
    const value = headers.get(name)
    if (value !== undefined) outgoing.push(name, value)
  }
  return outgoing
}
