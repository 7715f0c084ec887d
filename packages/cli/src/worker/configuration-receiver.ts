import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import type { Snapshot } from '@fairlead/snapshot'
import { Listeners } from '../listeners.ts'
import type { ConfigurationChange } from '../worker-messages/messages.ts'
import { secretKey } from '../worker-messages/secret-key.ts'
import { applySnapshotDelta } from '../worker-messages/snapshot-delta.ts'

/** The configuration and the Secrets of a worker: what the primary process has sent. */
export class ConfigurationReceiver {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly #snapshotListeners: Listeners
  readonly #secretListeners: Listeners
  readonly #values = new Map<string, string>()
  #snapshot: Snapshot | undefined

  constructor(onError: (error: unknown) => void) {
    this.#snapshotListeners = new Listeners(onError)
    this.#secretListeners = new Listeners(onError)
    this.snapshots = {
      current: () => this.#snapshot,
      subscribe: (listener) => this.#snapshotListeners.add(listener),
    }
    this.secrets = {
      get: (ref) => this.#values.get(secretKey(ref)),
      subscribe: (listener) => this.#secretListeners.add(listener),
    }
  }

  /** Both are in force before any listener is called. */
  receive({ snapshot, secrets }: ConfigurationChange): void {
    for (const [key, value] of secrets) {
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, value)
    }
    if (snapshot !== undefined) this.#snapshot = applySnapshotDelta(this.#snapshot, snapshot)
    if (snapshot !== undefined) this.#snapshotListeners.notify()
    if (secrets.length > 0) this.#secretListeners.notify()
  }
}
