import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { Credentials, ServerTls } from '../kube-config/kube-config.ts'
import { fencedRequests } from './fenced-requests.ts'
import type { WriteFence } from './write-fence.ts'

interface OpenPool {
  readonly pool: Dispatcher
  readonly requests: Dispatcher
  readonly identity: Identity
}

interface PoolOptions {
  /** URL of the proxy through which the server is reached. */
  readonly proxy?: string | undefined
  /** Refuses writes once it is closed. */
  readonly fence?: WriteFence | undefined
  /** Whether HTTP/2 is offered. The server chooses. */
  readonly http2?: boolean | undefined
}

/** What connections are made with; when it changes, new ones are made. */
interface Identity {
  readonly ca: string | undefined
  readonly certificate: string | undefined
  readonly key: string | undefined
}

/** How long an idle connection is kept for the next request. */
const keepAliveTimeoutMs = 90_000
const connectTimeoutMs = 10_000
/** TCP keep-alive, so that the system notices a peer that vanished. */
const keepAliveProbeDelayMs = 15_000

/**
 * The connections to one server, straight or through a proxy. They depend on the client
 * certificate and the trusted CAs: when one of them is renewed, new requests get new connections
 * and the old ones close after the requests they carry.
 */
export class ConnectionPool {
  readonly #origin: string
  readonly #tls: ServerTls
  readonly #proxy: string | undefined
  readonly #fence: WriteFence | undefined
  readonly #http2: boolean
  #open: OpenPool | undefined
  #closed = false

  constructor(origin: string, tls: ServerTls, { proxy, fence, http2 = false }: PoolOptions = {}) {
    this.#origin = origin
    this.#tls = tls
    this.#proxy = proxy
    this.#fence = fence
    this.#http2 = http2
  }

  /** Where to send a request: its `origin` must be the server's. */
  for({ certificate, key }: Credentials, ca: string | undefined = this.#tls.ca): Dispatcher {
    if (this.#closed) throw new Error('the client is closed')
    const open = this.#open
    const identity = { ca, certificate, key }
    if (open !== undefined && isSame(open.identity, identity)) return open.requests
    // A graceful close waits for watches, so it is deliberately not awaited.
    open?.pool.close().catch(() => {})
    const pool = this.#connect(identity)
    const fence = this.#fence
    const requests = fence === undefined ? pool : pool.compose(fencedRequests(fence))
    this.#open = { pool, requests, identity }
    return requests
  }

  /** Closes every connection, including watches. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#open?.pool.destroy()
    this.#open = undefined
  }

  #connect({ ca, certificate, key }: Identity): Dispatcher {
    const common = {
      allowH2: this.#http2,
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    const tls = {
      timeout: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveProbeDelayMs,
      rejectUnauthorized: this.#tls.insecureSkipVerify !== true,
      ...(ca === undefined ? {} : { ca }),
      ...(this.#tls.serverName === undefined ? {} : { servername: this.#tls.serverName }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
    }
    if (this.#proxy === undefined) return new Pool(this.#origin, { ...common, connect: tls })
    return new ProxyAgent({
      ...common,
      uri: this.#proxy,
      proxyTunnel: true,
      requestTls: tls,
      proxyTls: {
        timeout: connectTimeoutMs,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveProbeDelayMs,
      },
    })
  }
}

function isSame(a: Identity, b: Identity): boolean {
  return a.ca === b.ca && a.certificate === b.certificate && a.key === b.key
}
