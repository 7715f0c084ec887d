import type {
  EndpointPoolSource,
  EndpointPoolState,
  SecretSource,
  SnapshotSource,
} from '@fairlead/gateway'
import type { Snapshot } from '@fairlead/snapshot'
import { Listeners } from '../listeners.ts'
import type { ConfigurationChange } from '../worker-messages/messages.ts'
import { secretKey } from '../worker-messages/secret-key.ts'
import { applySnapshotDelta } from '../worker-messages/snapshot-delta.ts'

/** The configuration of a worker, its Secrets and pools: what the primary process has sent. */
export class ConfigurationReceiver {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly endpointPools: EndpointPoolSource
  readonly #snapshotListeners: Listeners
  readonly #secretListeners: Listeners
  readonly #poolListeners: Listeners
  readonly #values = new Map<string, string>()
  readonly #pools = new Map<string, EndpointPoolState>()
  #snapshot: Snapshot | undefined

  constructor(onError: (error: unknown) => void) {
    this.#snapshotListeners = new Listeners(onError)
    this.#secretListeners = new Listeners(onError)
    this.#poolListeners = new Listeners(onError)
    this.snapshots = {
      current: () => this.#snapshot,
      subscribe: (listener) => this.#snapshotListeners.add(listener),
    }
    this.secrets = {
      get: (ref) => this.#values.get(secretKey(ref)),
      subscribe: (listener) => this.#secretListeners.add(listener),
    }
    this.endpointPools = {
      get: ({ namespace, name }) => this.#pools.get(`${namespace}/${name}`),
      subscribe: (listener) => this.#poolListeners.add(listener),
    }
  }

  /** All are in force before any listener is called. */
  receive({ snapshot, secrets, pools }: ConfigurationChange): void {
    update(this.#values, secrets)
    update(this.#pools, pools)
    if (snapshot !== undefined) this.#snapshot = applySnapshotDelta(this.#snapshot, snapshot)
    if (snapshot !== undefined) this.#snapshotListeners.notify()
    if (secrets.length > 0) this.#secretListeners.notify()
    if (pools.length > 0) this.#poolListeners.notify()
  }
}

/** Undefined removes an entry. */
function update<T>(
  entries: Map<string, T>,
  changes: readonly (readonly [key: string, value: T | undefined])[],
): void {
  for (const [key, value] of changes) {
    if (value === undefined) entries.delete(key)
    else entries.set(key, value)
  }
}
