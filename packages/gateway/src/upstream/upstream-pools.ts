import { hash } from 'node:crypto'
import type { Cancellation, Clock } from '@fairlead/base'
import { ConnectionPool } from '@fairlead/http1'
import { type EgressRoute, egressConnector } from './egress-connector.ts'
import type { Exchange, Transport, UpstreamRequest } from './exchange.ts'
import { HttpExchange } from './http-exchange.ts'
import type { ResolveHost } from './resolve-host.ts'

const idleMs = 30_000

/** What the connections of one pool have in common. */
interface PoolRoute extends EgressRoute {
  readonly connectionsMax: number
  /** Until a connection is open. */
  readonly connectMs: number
}

/** One connection pool per origin, proxy and TLS, kept across configurations while any of them uses it. */
export class UpstreamPools {
  readonly #pools = new Map<string, { pool: ConnectionPool; users: number }>()
  readonly #resolveHost: ResolveHost
  readonly #clock: Clock

  constructor(resolveHost: ResolveHost, clock: Clock) {
    this.#resolveHost = resolveHost
    this.#clock = clock
  }

  /** `release` closes the connections once nobody else uses them. */
  acquire(route: PoolRoute): { readonly transport: Transport; readonly release: () => void } {
    const key = keyOf(route)
    let entry = this.#pools.get(key)
    if (entry === undefined) {
      entry = { pool: this.#createPool(route), users: 0 }
      this.#pools.set(key, entry)
    }
    entry.users += 1
    const { pool } = entry
    return { transport: poolTransport(pool), release: () => this.#release(key) }
  }

  /** Closes every connection; running exchanges fail. */
  destroy(): void {
    for (const { pool } of this.#pools.values()) pool.destroy()
    this.#pools.clear()
  }

  #createPool(route: PoolRoute): ConnectionPool {
    const { origin, connectionsMax, connectMs } = route
    const clock = this.#clock
    return new ConnectionPool({
      host: new URL(origin).host,
      connect: egressConnector({
        ...route,
        resolveHost: this.#resolveHost,
        clock,
        timeoutMs: connectMs,
      }),
      clock,
      connectionsMax,
      idleMs,
    })
  }

  #release(key: string): void {
    const entry = this.#pools.get(key)
    if (entry === undefined) return
    entry.users -= 1
    if (entry.users > 0) return
    this.#pools.delete(key)
    entry.pool.close()
  }
}

/** Equal for routes that may share connections: other certificates or a rotated key are another. */
function keyOf(route: PoolRoute): string {
  const { origin, proxy, allowPrivate, tls, connectionsMax, connectMs } = route
  const kind = [route.isClusterService, route.isMachineService ?? false]
  const parts = [origin, proxy, allowPrivate, ...kind, connectionsMax, connectMs]
  return JSON.stringify([...parts, tls && hash('sha256', JSON.stringify(tls))])
}

function poolTransport(pool: ConnectionPool): Transport {
  return {
    open(request: UpstreamRequest, cancellation: Cancellation): Promise<Exchange> {
      const exchange = new HttpExchange(cancellation)
      exchange.startOn(pool, request)
      return exchange.opened
    },
  }
}
