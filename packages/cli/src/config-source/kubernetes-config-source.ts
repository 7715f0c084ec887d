import {
  changesConfiguration,
  compile,
  configurationTypes,
  CurrentResources,
} from '@fairlead/config'
import type { Capabilities, SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import type { Cache } from '@fairlead/controller-runtime'
import type { Logger } from '@fairlead/base'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import { Secret } from '@fairlead/kube-core'
import { Listeners } from './listeners.ts'

interface KubernetesConfigSourceOptions {
  readonly cache: Cache
  /** The LLMGateway whose snapshot is served. */
  readonly gateway: { readonly namespace: string; readonly name: string }
  /** What this process can serve. */
  readonly capabilities: Capabilities
  readonly logger: Logger
}

/**
 * Configuration and Secrets as a Kubernetes API has them: watches every kind, compiles after each
 * burst of changes and hands over a snapshot only when it differs. Construct it before the cache
 * starts.
 */
export class KubernetesConfigSource {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly #options: KubernetesConfigSourceOptions
  readonly #resources: CurrentResources
  readonly #snapshotListeners: Listeners
  #snapshot: Snapshot | undefined
  #scheduled = false
  #ready = false

  constructor(options: KubernetesConfigSourceOptions) {
    this.#options = options
    this.#resources = new CurrentResources((type) => options.cache.list(type))
    const onError = (error: unknown) => options.logger.error({ error }, 'a listener failed')
    this.#snapshotListeners = new Listeners(onError)
    const secretListeners = new Listeners(onError)

    const changed = () => this.#schedule()
    for (const type of configurationTypes()) {
      options.cache.informerFor(type).onEvent({
        added: changed,
        // Conditions and heartbeats are written all the time and configure nothing.
        updated: (before, after) => changesConfiguration(before, after) && changed(),
        deleted: changed,
      })
    }
    const secretChanged = () => secretListeners.notify()
    options.cache
      .informerFor(Secret)
      .onEvent({ added: secretChanged, updated: secretChanged, deleted: secretChanged })

    this.snapshots = {
      current: () => this.#snapshot,
      subscribe: (listener) => this.#snapshotListeners.add(listener),
    }
    this.secrets = {
      get: (ref) => readSecret(options.cache, ref),
      subscribe: (listener) => secretListeners.add(listener),
    }
  }

  /** Call once the cache has synced; before that, a half-read configuration would be served. */
  begin(): void {
    this.#ready = true
    this.#compile()
  }

  /** A burst of changes that arrives at once costs one compile. */
  #schedule(): void {
    if (!this.#ready || this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#compile()
    })
  }

  #compile(): void {
    const { gateway, capabilities, logger } = this.#options
    const key = `${gateway.namespace}/${gateway.name}`
    const snapshot = compile(this.#resources, { capabilities }).snapshots.get(key)
    if (snapshot?.hash === this.#snapshot?.hash) return
    this.#snapshot = snapshot
    logger.info({ gateway: key, hash: snapshot?.hash ?? null }, 'configuration changed')
    this.#snapshotListeners.notify()
  }
}

function readSecret(cache: Cache, ref: SecretKeyRef): string | undefined {
  const encoded = cache.get(Secret, ref)?.data?.[ref.key]
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8')
}
