import { isIP } from 'node:net'

/**
 * Whether a request with this Host header may be answered. A page on the web can make a browser call
 * the admin port by a name that it points at this machine (DNS rebinding), but not by an IP address
 * or by `localhost`. So these are allowed, and the names that the operator gave, without a port and
 * in any case; a request without Host is not from a browser.
 */
export function isAdminHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined) return true
  const name = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(host)
  const asked = (name?.[1] ?? name?.[2] ?? '').toLowerCase()
  if (isIP(asked) !== 0 || asked === 'localhost') return true
  return names.some((known) => known.toLowerCase() === asked) && asked !== ''
}
