import { type Clock, type Logger, openScope, untilAborted } from '@fairlead/base'
import { endpointPoolsOf } from '@fairlead/config'
import type { Client } from '@fairlead/controller-runtime'
import type { EndpointPoolSource } from '@fairlead/gateway'
import type { Snapshot } from '@fairlead/snapshot'
import { Listeners } from '../listeners.ts'
import { WatchedPool } from './watched-pool.ts'

interface NamedPoolsOptions {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

/** How long a snapshot waits for its pools; one that cannot be read then is told as a problem. */
const waitMs = 5_000

/**
 * The InferencePools that a snapshot names, each watched by its name, with its pods. A cluster whose
 * pools nobody names is asked for none, and need not have the kind.
 */
export class NamedPools implements EndpointPoolSource {
  readonly #options: NamedPoolsOptions
  readonly #listeners: Listeners
  readonly #watched = new Map<string, WatchedPool>()

  constructor(options: NamedPoolsOptions) {
    this.#options = options
    const onError = (error: unknown) => options.logger.error({ error }, 'a listener failed')
    this.#listeners = new Listeners(onError)
  }

  get({ namespace, name }: Parameters<EndpointPoolSource['get']>[0]) {
    return this.#watched.get(`${namespace}/${name}`)?.state
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Whether a snapshot names any, or another did that is still followed. */
  concerns(snapshot: Snapshot | undefined): boolean {
    return this.#watched.size > 0 || endpointPoolsOf(snapshot).size > 0
  }

  /**
   * Watches, until the signal aborts, what the snapshot names besides what is watched. Resolves when
   * something is known of all of it, or after 5 s.
   */
  async follow(snapshot: Snapshot | undefined, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const known = [...endpointPoolsOf(snapshot)].map(([key, pool]) => {
      const watched = this.#watched.get(key) ?? this.#watch(key, pool, signal)
      return watched.known
    })
    using limit = openScope({ parents: [signal], clock, timeoutMs: waitMs, what: 'reading pools' })
    await untilAborted(Promise.all(known), limit.signal).catch(() => {})
  }

  /** Ends the watches of what this snapshot does not name. */
  keepOnly(snapshot: Snapshot | undefined): void {
    const kept = endpointPoolsOf(snapshot)
    for (const [key, pool] of this.#watched) {
      if (kept.has(key)) continue
      pool.stop()
      this.#watched.delete(key)
    }
  }

  #watch(
    key: string,
    pool: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): WatchedPool {
    const changed = () => this.#listeners.notify()
    const watched = new WatchedPool(pool, { ...this.#options, changed }, signal)
    this.#watched.set(key, watched)
    return watched
  }
}
