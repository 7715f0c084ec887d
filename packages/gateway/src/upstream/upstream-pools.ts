import { Pool } from 'undici'
import { egressConnector } from './egress-connector.ts'
import type { Exchange, Transport, UpstreamRequest } from './exchange.ts'
import { HttpExchange } from './http-exchange.ts'
import type { ResolveHost } from './resolve-host.ts'

const connectTimeoutMs = 10_000
const keepAliveTimeoutMs = 30_000

/** One connection pool per origin, kept across configurations while any of them uses it. */
export class UpstreamPools {
  readonly #pools = new Map<string, { pool: Pool; users: number }>()
  readonly #resolveHost: ResolveHost

  constructor(resolveHost: ResolveHost) {
    this.#resolveHost = resolveHost
  }

  /** `release` closes the connections once nobody else uses the origin. */
  acquire(
    origin: string,
    options: { readonly allowPrivate: boolean; readonly connectionsMax: number },
  ): { readonly transport: Transport; readonly release: () => void } {
    const key = `${origin} ${options.allowPrivate} ${options.connectionsMax}`
    let entry = this.#pools.get(key)
    if (entry === undefined) {
      entry = { pool: this.#createPool(origin, options), users: 0 }
      this.#pools.set(key, entry)
    }
    entry.users += 1
    const { pool } = entry
    return { transport: poolTransport(pool), release: () => this.#release(key) }
  }

  /** Closes every connection; running exchanges fail. */
  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map(({ pool }) => pool.destroy()))
  }

  #createPool(
    origin: string,
    options: { readonly allowPrivate: boolean; readonly connectionsMax: number },
  ): Pool {
    return new Pool(origin, {
      connections: options.connectionsMax,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: keepAliveTimeoutMs,
      // Calls have the gateway's own deadlines; undici's are not needed.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: egressConnector({
        allowPrivate: options.allowPrivate,
        resolveHost: this.#resolveHost,
        connectTimeoutMs,
      }),
    })
  }

  #release(key: string): void {
    const entry = this.#pools.get(key)
    if (entry === undefined) return
    entry.users -= 1
    if (entry.users > 0) return
    this.#pools.delete(key)
    entry.pool.close(() => {})
  }
}

function poolTransport(pool: Pool): Transport {
  return {
    open(request: UpstreamRequest, signal: AbortSignal): Promise<Exchange> {
      const exchange = new HttpExchange(signal)
      pool.dispatch(
        {
          method: 'POST',
          path: request.path,
          headers: request.headers as string[],
          body: request.body,
        },
        exchange,
      )
      return exchange.opened
    },
  }
}
