import type { Cancellation, Clock } from '@fairlead/base'
import type { EndpointPoolSettings, ReplicaProblem } from '@fairlead/snapshot'
import type { Registry } from 'prom-client'
import { Counter } from '../metrics/counter.ts'
import type { EndpointPoolSource } from '../sources/sources.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { ResolveHost } from '../upstream/resolve-host.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import type { PickOutcome, PoolRoute, PoolTransport } from './pool-transport.ts'

interface EndpointPoolsParts {
  readonly source: EndpointPoolSource
  readonly pools: UpstreamPools
  readonly resolveHost: ResolveHost
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly registry: Registry
  /** Told when `problems` may have changed. */
  readonly changed: () => void
}

/** The provider whose servers are of a pool, and how they are called. */
interface PoolProvider {
  readonly provider: { readonly namespace: string; readonly name: string }
  readonly pool: EndpointPoolSettings
  readonly route: PoolRoute
}

/** The InferencePools that providers name, and what is wrong with them. */
export class EndpointPools {
  readonly #parts: EndpointPoolsParts
  readonly #picks: Counter<'provider' | 'outcome'>
  readonly #open = new Set<OpenPool>()
  readonly #unsubscribe: () => void

  constructor(parts: EndpointPoolsParts) {
    this.#parts = parts
    this.#picks = new Counter(parts.registry, {
      name: 'fairlead_gateway_endpoint_picks_total',
      help: 'Choices of a server of an InferencePool, by provider and outcome.',
      labelNames: ['provider', 'outcome'],
    })
    this.#unsubscribe = parts.source.subscribe(() => {
      for (const pool of this.#open) pool.changed()
      parts.changed()
    })
  }

  /** The way to a pool's servers. `release` closes it once its calls have ended. */
  open(named: PoolProvider): { readonly transport: Transport; readonly release: () => void } {
    const pool = new OpenPool(named, this.#parts, (outcome) => {
      this.#picks.labels({ provider: named.route.provider, outcome }).inc()
    })
    this.#open.add(pool)
    const release = () => {
      this.#open.delete(pool)
      pool.close()
    }
    return { transport: pool, release }
  }

  /** Why a provider's pool cannot be used. */
  problems(): readonly ReplicaProblem[] {
    const { source } = this.#parts
    return [...this.#open].flatMap(({ named }) => {
      const state = source.get(named.pool)
      if (state === undefined || !('problem' in state)) return []
      const message = `spec.backendRef: ${state.problem}`
      return [{ kind: 'LLMProvider', ...named.provider, reason: 'RefNotFound', message }]
    })
  }

  stop(): void {
    this.#unsubscribe()
    for (const pool of this.#open) pool.close()
    this.#open.clear()
  }
}

/** A pool's transport, whose program is loaded with the first call: few gateways need it. */
class OpenPool implements Transport {
  readonly named: PoolProvider
  readonly #create: () => Promise<PoolTransport>
  #transport: Promise<PoolTransport> | undefined

  constructor(
    named: PoolProvider,
    parts: EndpointPoolsParts,
    count: (outcome: PickOutcome) => void,
  ) {
    this.named = named
    const current = () => parts.source.get(named.pool)
    this.#create = async () => {
      const { PoolTransport } = await import('./pool-transport.ts')
      return new PoolTransport(named.route, { ...parts, current, count })
    }
  }

  async open(request: Parameters<Transport['open']>[0], cancellation: Cancellation) {
    this.#transport ??= this.#create()
    return (await this.#transport).open(request, cancellation)
  }

  changed(): void {
    void this.#transport?.then((transport) => transport.changed())
  }

  close(): void {
    void this.#transport?.then((transport) => transport.close())
  }
}
