import type { Dialect } from '@fairlead/llm'

/** Where the SDKs of most vendors, and people, look for the id of a call. */
const commonName = 'x-request-id'

/**
 * The id of a call where the SDKs of the caller's dialect look for it, and as `x-request-id`; but not
 * under a name that `kept` has already. Flat list: name, value, name, value.
 */
export function requestIdHeaders(
  { passage }: Dialect,
  id: string,
  kept: readonly string[] = [],
): string[] {
  const { requestIdHeader = commonName } = passage
  const headers: string[] = []
  if (!kept.includes(commonName)) headers.push(commonName, id)
  if (requestIdHeader !== commonName && !kept.includes(requestIdHeader)) {
    headers.push(requestIdHeader, id)
  }
  return headers
}
