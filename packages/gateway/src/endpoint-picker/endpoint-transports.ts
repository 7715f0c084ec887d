import type { TlsOptions } from '@fairlead/http1'
import type { Transport } from '../upstream/exchange.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import type { PoolEndpoints } from './pool-endpoints.ts'

/** What connections to all servers of a pool have in common. */
export interface ServerRoute {
  readonly scheme: 'http' | 'https'
  readonly tls: TlsOptions | undefined
  readonly allowPrivate: boolean
  readonly connectionsMax: number
  readonly connectMs: number
}

/** The connections to the servers of one pool that have been called. */
export class EndpointTransports {
  readonly #route: ServerRoute
  readonly #pools: UpstreamPools
  readonly #open = new Map<string, ReturnType<UpstreamPools['acquire']>>()

  constructor(route: ServerRoute, pools: UpstreamPools) {
    this.#route = route
    this.#pools = pools
  }

  /** `endpoint` is one of the pool's. */
  to(endpoint: string): Transport {
    const known = this.#open.get(endpoint)
    if (known !== undefined) return known.transport
    const { scheme, ...route } = this.#route
    const origin = `${scheme}://${endpoint}`
    const acquired = this.#pools.acquire({
      ...route,
      origin,
      proxy: undefined,
      isClusterService: true,
    })
    this.#open.set(endpoint, acquired)
    return acquired.transport
  }

  /** Closes the connections to servers that the pool no longer has, once their calls have ended. */
  keepOnly(endpoints: PoolEndpoints): void {
    for (const endpoint of this.#open.keys()) if (!endpoints.has(endpoint)) this.#close(endpoint)
  }

  close(): void {
    for (const endpoint of this.#open.keys()) this.#close(endpoint)
  }

  #close(endpoint: string): void {
    this.#open.get(endpoint)?.release()
    this.#open.delete(endpoint)
  }
}
