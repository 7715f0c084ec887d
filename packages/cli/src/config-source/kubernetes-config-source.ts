import type { WatchedConfiguration } from '@fairlead/config'
import type { Snapshot } from '@fairlead/snapshot'
import type { Cache } from '@fairlead/controller-runtime'
import type { Logger } from '@fairlead/base'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import { secretText } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { Listeners } from '../listeners.ts'

interface KubernetesConfigSourceOptions {
  readonly cache: Cache
  /** The LLMGateway whose snapshot is served. */
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** What the cache compiles to with the capabilities of this process. */
  readonly configuration: WatchedConfiguration
  readonly logger: Logger
}

/**
 * Configuration and Secrets from a Kubernetes API: compiles after each burst
 * of changes and publishes a snapshot only when it differs. Construct it before the cache starts.
 */
export class KubernetesConfigSource {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly #options: KubernetesConfigSourceOptions
  readonly #snapshotListeners: Listeners
  #snapshot: Snapshot | undefined
  #scheduled = false
  #ready = false

  constructor(options: KubernetesConfigSourceOptions) {
    this.#options = options
    const onError = (error: unknown) => options.logger.error({ error }, 'a listener failed')
    this.#snapshotListeners = new Listeners(onError)
    const secretListeners = new Listeners(onError)

    options.configuration.onChange(() => this.#schedule())
    const secretChanged = () => secretListeners.notify()
    options.cache
      .informerFor(Secret)
      .onEvent({ added: secretChanged, updated: secretChanged, deleted: secretChanged })

    this.snapshots = {
      current: () => this.#snapshot,
      subscribe: (listener) => this.#snapshotListeners.add(listener),
    }
    this.secrets = {
      get: (ref) => secretText(options.cache.get(Secret, ref), ref.key),
      subscribe: (listener) => secretListeners.add(listener),
    }
  }

  /** Call once the cache has synced; earlier, an incomplete configuration would be served. */
  begin(): void {
    this.#ready = true
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
    const { gateway, configuration, logger } = this.#options
    const key = `${gateway.namespace}/${gateway.name}`
    const snapshot = configuration.result.snapshots.get(key)
    if (snapshot?.hash === this.#snapshot?.hash) return
    this.#snapshot = snapshot
    logger.info({ gateway: key, hash: snapshot?.hash ?? null }, 'configuration changed')
    this.#snapshotListeners.notify()
  }
}
