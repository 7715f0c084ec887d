import { endpointPoolsOf } from '@fairlead/config'
import type {
  EndpointPoolSource,
  EndpointPoolState,
  SecretSource,
  SnapshotSource,
} from '@fairlead/gateway'
import type { Snapshot } from '@fairlead/snapshot'
import { secretKey } from '../worker-messages/secret-key.ts'
import { SecretReferences } from './secret-references.ts'

/**
 * What workers run: a snapshot, the values of the Secrets that it refers to, by `secretKey`, and the
 * InferencePools that it names, by `namespace/name`.
 */
export interface Published {
  readonly snapshot: Snapshot | undefined
  readonly secrets: ReadonlyMap<string, string>
  readonly pools: ReadonlyMap<string, EndpointPoolState>
}

/** Where the parts of a configuration come from. */
export interface ConfigurationSources {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly endpointPools: EndpointPoolSource
}

/** The newest configuration of all workers, put together once per change. */
export class PublishedConfiguration {
  readonly #sources: ConfigurationSources
  readonly #references = new SecretReferences()
  readonly #unsubscribe: readonly (() => void)[]
  #current: Published | undefined

  /** `changed` is told of every change; what has changed may be nothing that workers need. */
  constructor(
    sources: ConfigurationSources,
    changed: { readonly snapshot: () => void; readonly other: () => void },
  ) {
    this.#sources = sources
    const forgetThen = (tell: () => void) => () => {
      this.#current = undefined
      tell()
    }
    this.#unsubscribe = [
      sources.snapshots.subscribe(forgetThen(changed.snapshot)),
      sources.secrets.subscribe(forgetThen(changed.other)),
      sources.endpointPools.subscribe(forgetThen(changed.other)),
    ]
  }

  get current(): Published {
    this.#current ??= this.#read()
    return this.#current
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #read(): Published {
    const snapshot = this.#sources.snapshots.current()
    const secrets = new Map<string, string>()
    for (const ref of snapshot === undefined ? [] : this.#references.of(snapshot)) {
      const value = this.#sources.secrets.get(ref)
      if (value !== undefined) secrets.set(secretKey(ref), value)
    }
    const pools = new Map<string, EndpointPoolState>()
    for (const [key, pool] of endpointPoolsOf(snapshot)) {
      const state = this.#sources.endpointPools.get(pool)
      if (state !== undefined) pools.set(key, state)
    }
    return { snapshot, secrets, pools }
  }
}
