import type { Clock, Logger } from '@fairlead/base'
import { configMapNamesOf } from '@fairlead/config'
import type { Client } from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import type { Snapshot } from '@fairlead/snapshot'
import { type ConfigMapData, type ConfigMapSource, dataOf } from './config-map-source.ts'
import { NamedObjects } from './named-objects.ts'

interface NamedConfigMapsOptions {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

/** The ConfigMaps that a snapshot names, each read and watched by its name. */
export class NamedConfigMaps implements ConfigMapSource {
  readonly #configMaps: NamedObjects<ConfigMap>

  constructor(options: NamedConfigMapsOptions) {
    this.#configMaps = new NamedObjects({ ...options, type: ConfigMap, namesOf: configMapNamesOf })
  }

  data(configMap: Parameters<ConfigMapSource['data']>[0]): ConfigMapData | undefined {
    const found = this.#configMaps.get(configMap)
    if (found !== undefined) return dataOf(found)
    const unread = this.#configMaps.unread(configMap)
    if (unread === undefined) return undefined
    const { namespace, name } = configMap
    throw new Error(`ConfigMap ${namespace}/${name} cannot be read: ${unread}`)
  }

  subscribe(listener: () => void): () => void {
    return this.#configMaps.subscribe(listener)
  }

  /** Watches what this snapshot names, and nothing else, until the signal aborts. */
  follow(snapshot: Snapshot | undefined, signal: AbortSignal): void {
    void this.#configMaps.follow(snapshot, signal)
    this.#configMaps.keepOnly(snapshot)
  }
}
