import type { HeaderFields } from '@fairlead/http1'

/**
 * The headers of an attempt before authentication: the provider's own, and those of the caller that
 * the dialect forwards. The caller's credentials, cookies and `x-fairlead-` headers are never
 * among them. Flat list: name, value, name, value.
 */
export function outgoingHeaders(
  own: readonly string[],
  headers: HeaderFields,
  forwarded: readonly string[],
): string[] {
  const outgoing = own.slice()
  for (const name of forwarded) {
    const value = headers.get(name)
    if (value !== undefined) outgoing.push(name, value)
  }
  return outgoing
}
