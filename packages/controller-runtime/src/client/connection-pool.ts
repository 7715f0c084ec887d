import { Pool } from 'undici'
import type { Credentials, ServerTls } from '../kube-config/kube-config.ts'

interface OpenPool {
  readonly pool: Pool
  readonly certificate: string | undefined
  readonly key: string | undefined
}

/** How long an idle connection is kept for the next request. */
const keepAliveTimeoutMs = 90_000
const connectTimeoutMs = 10_000
/** TCP keep-alive, so that the system notices a peer that vanished. */
const keepAliveProbeDelayMs = 15_000

/**
 * The connections to one server. They depend on the client certificate: when that is renewed, new
 * requests get new connections and the old ones close after the requests they carry.
 */
export class ConnectionPool {
  readonly #origin: string
  readonly #tls: ServerTls
  #open: OpenPool | undefined
  #closed = false

  constructor(origin: string, tls: ServerTls) {
    this.#origin = origin
    this.#tls = tls
  }

  for({ certificate, key }: Credentials): Pool {
    if (this.#closed) throw new Error('the client is closed')
    const open = this.#open
    if (open !== undefined && open.certificate === certificate && open.key === key) return open.pool
    // A graceful close waits for watches, so it is deliberately not awaited.
    open?.pool.close().catch(() => {})
    const pool = new Pool(this.#origin, {
      allowH2: false,
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: connectTimeoutMs,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveProbeDelayMs,
        rejectUnauthorized: this.#tls.insecureSkipVerify !== true,
        ...(this.#tls.ca === undefined ? {} : { ca: this.#tls.ca }),
        ...(this.#tls.serverName === undefined ? {} : { servername: this.#tls.serverName }),
        ...(certificate === undefined ? {} : { cert: certificate }),
        ...(key === undefined ? {} : { key }),
      },
    })
    this.#open = { pool, certificate, key }
    return pool
  }

  /** Closes every connection, including watches. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#open?.pool.destroy()
    this.#open = undefined
  }
}
