import { isIP } from 'node:net'
import { type ConnectionOptions, getCACertificates } from 'node:tls'
import type { RedisAddress } from './redis-address.ts'

/** A connection has more time than a command: with TLS, a password and a client to load. */
const connectTimeoutMs = 2000

interface RedisClientSettings {
  /** How long a command waits for its answer. */
  readonly timeoutMs: number
  /** PEM of the authorities to trust, besides those that are trusted anyway. */
  readonly ca?: string | undefined
}

/**
 * The options of an `ioredis` client that is connected once and says at once when it cannot: nothing
 * waits in it for a server that is gone, and nothing is sent twice.
 */
export function redisClientOptions(address: RedisAddress, { ca, timeoutMs }: RedisClientSettings) {
  const { host, port, tls, username, password, database } = address
  return {
    host,
    port,
    db: database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: tlsTo(host, ca) } : {}),
    connectTimeout: Math.max(connectTimeoutMs, timeoutMs),
    commandTimeout: timeoutMs,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    // Fewer rights are needed, and proxies speak it.
    protocol: 2,
    disableClientInfo: true,
  } as const
}

/** Names are told to the server, and addresses cannot be; the certificate is checked for either. */
function tlsTo(host: string, ca: string | undefined): ConnectionOptions {
  // Node's own, those of NODE_EXTRA_CA_CERTS, and those of the machine.
  const trusted = [...getCACertificates('default'), ...getCACertificates('system')]
  const authorities = [...new Set([...trusted, ...(ca === undefined ? [] : [ca])])]
  return { ca: authorities, ...(isIP(host) === 0 ? { servername: host } : {}) }
}
