/** How a server is reached. Holds a secret: never log it. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  /** Index of the database. */
  readonly database: number
}

/**
 * Reads `redis://[user][:password]@host[:port][/database]`, or `rediss://` for TLS; the port defaults
 * to 6379. Returns a sentence about what is wrong, which quotes nothing of the URL, because it is a
 * secret.
 */
export function redisAddressOf(text: string): RedisAddress | string {
  const url = URL.parse(text.trim())
  if (url === null)
    return 'The URL of Redis is no URL: write redis://host:6379 or rediss://host:6379.'
  const tls = url.protocol === 'rediss:'
  if (!tls && url.protocol !== 'redis:') {
    return 'The URL of Redis has another scheme than redis:// and rediss://. Clusters and Sentinel are not spoken to directly: name one primary, or a proxy or Service in front of it.'
  }
  if (url.hostname === '') return 'The URL of Redis names no host: write redis://host:6379.'
  if (url.search !== '' || url.hash !== '') {
    return 'The URL of Redis has a query or a fragment, which mean nothing here: remove them.'
  }
  const database = url.pathname.replace(/^\//, '')
  if (!/^\d{0,5}$/.test(database)) {
    return 'The path of the URL of Redis is no index of a database: write redis://host:6379/0.'
  }
  try {
    return Object.freeze({
      // Brackets belong to the URL and not to an IPv6 address.
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 6379 : Number(url.port),
      tls,
      username: decoded(url.username),
      password: decoded(url.password),
      database: Number(database),
    })
  } catch {
    return 'The user or password in the URL of Redis is not percent-encoded correctly: write % as %25.'
  }
}

function decoded(text: string): string | undefined {
  return text === '' ? undefined : decodeURIComponent(text)
}
