/** Where a server listens, and how it is spoken to. */
export interface ServerAddress {
  /** A name or an address; an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
  /** Host and port as a request names them (RFC 9110 §7.1), the port always given. */
  readonly authority: string
}

/** The address in `http://host:port` or `https://host:port`. Throws TypeError for what is no URL. */
export function serverAddress(origin: string): ServerAddress {
  const { protocol, hostname, port: given } = new URL(origin)
  const isSecure = protocol === 'https:'
  const defaultPort = isSecure ? 443 : 80
  const port = given === '' ? defaultPort : Number(given)
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port, isSecure, authority: `${hostname}:${port}` }
}
