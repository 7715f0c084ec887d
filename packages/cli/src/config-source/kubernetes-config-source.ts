import type { WatchedConfiguration } from '@fairlead/config'
import type { Snapshot } from '@fairlead/snapshot'
import type { Cache } from '@fairlead/controller-runtime'
import type { Logger } from '@fairlead/base'
import type { EndpointPoolSource, SecretSource, SnapshotSource } from '@fairlead/gateway'
import { secretText } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { Listeners } from '../listeners.ts'
import type { ConfigMapSource } from './config-map-source.ts'
import type { NamedConfigMaps } from './named-config-maps.ts'
import type { NamedPools } from './named-pools.ts'
import type { NamedSecrets } from './named-secrets.ts'

interface KubernetesConfigSourceOptions {
  readonly cache: Cache
  /** The LLMGateway whose snapshot is served. */
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** What the cache compiles to with the capabilities of this process. */
  readonly configuration: WatchedConfiguration
  /** Where Secrets are read by their names. Without it, the cache has all. */
  readonly namedSecrets?: NamedSecrets
  /** Where ConfigMaps are read by their names. */
  readonly configMaps: NamedConfigMaps
  /** Where InferencePools are read by their names. */
  readonly endpointPools: NamedPools
  readonly logger: Logger
}

/** What is watched by the names that a snapshot gives. */
type Followed = Pick<NamedSecrets, 'follow' | 'keepOnly'>

/**
 * Configuration and Secrets from a Kubernetes API: compiles after each burst
 * of changes and publishes a snapshot only when it differs. Construct it before the cache starts.
 */
export class KubernetesConfigSource {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly endpointPools: EndpointPoolSource
  readonly configMaps: ConfigMapSource
  readonly #options: KubernetesConfigSourceOptions
  readonly #snapshotListeners: Listeners
  /** As compiled last, and as published. */
  #compiled: Snapshot | undefined
  #snapshot: Snapshot | undefined
  #signal: AbortSignal | undefined
  #scheduled = false
  #ready = false

  constructor(options: KubernetesConfigSourceOptions) {
    this.#options = options
    const onError = (error: unknown) => options.logger.error({ error }, 'a listener failed')
    this.#snapshotListeners = new Listeners(onError)
    options.configuration.onChange(() => this.#schedule())
    this.snapshots = {
      current: () => this.#snapshot,
      subscribe: (listener) => this.#snapshotListeners.add(listener),
    }
    this.secrets = options.namedSecrets ?? cachedSecrets(options.cache, onError)
    this.endpointPools = options.endpointPools
    this.configMaps = options.configMaps
  }

  /**
   * Call once the cache has synced; earlier, an incomplete configuration would be served. Secrets,
   * ConfigMaps and InferencePools are watched by their names until the signal aborts.
   */
  begin(signal: AbortSignal): void {
    this.#ready = true
    this.#signal = signal
    this.#compile()
  }

  /** A burst of changes costs one compilation. */
  #schedule(): void {
    if (!this.#ready || this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#compile()
    })
  }

  #compile(): void {
    const { gateway, configuration, namedSecrets, endpointPools } = this.#options
    const snapshot = configuration.result.snapshots.get(`${gateway.namespace}/${gateway.name}`)
    if (snapshot?.hash === this.#compiled?.hash) return
    this.#compiled = snapshot
    const followed: Followed[] = endpointPools.concerns(snapshot) ? [endpointPools] : []
    if (namedSecrets !== undefined) followed.push(namedSecrets)
    if (followed.length === 0) this.#publish(snapshot)
    else void this.#publishFollowed(snapshot, followed)
  }

  /** A snapshot whose Secrets have not been read would fail calls that the one before it serves. */
  async #publishFollowed(
    snapshot: Snapshot | undefined,
    followed: readonly Followed[],
  ): Promise<void> {
    const signal = this.#signal
    if (signal === undefined) return
    await Promise.all(followed.map((one) => one.follow(snapshot, signal)))
    if (this.#compiled !== snapshot || signal.aborted) return
    this.#publish(snapshot)
    for (const one of followed) one.keepOnly(snapshot)
  }

  #publish(snapshot: Snapshot | undefined): void {
    const { configMaps, gateway, logger } = this.#options
    if (snapshot?.hash === this.#snapshot?.hash) return
    this.#snapshot = snapshot
    // What they say is needed for no call, so nothing waits for them.
    if (this.#signal !== undefined) configMaps.follow(snapshot, this.#signal)
    const key = `${gateway.namespace}/${gateway.name}`
    logger.info({ gateway: key, hash: snapshot?.hash ?? null }, 'configuration changed')
    this.#snapshotListeners.notify()
  }
}

/** All Secrets, of a cache that has not started. */
function cachedSecrets(cache: Cache, onError: (error: unknown) => void): SecretSource {
  const listeners = new Listeners(onError)
  const changed = () => listeners.notify()
  cache.informerFor(Secret).onEvent({ added: changed, updated: changed, deleted: changed })
  return {
    get: (ref) => secretText(cache.get(Secret, ref), ref.key),
    subscribe: (listener) => listeners.add(listener),
  }
}
