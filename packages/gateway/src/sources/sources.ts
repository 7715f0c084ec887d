import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'

/** Where the configuration comes from. `current` is undefined until the first one is available. */
export interface SnapshotSource {
  current(): Snapshot | undefined
  /** Calls `listener` after every change; returns a function that unsubscribes it. */
  subscribe(listener: () => void): () => void
}

/** The Secrets' values, decoded. A missing Secret or key is undefined, never an error. */
export interface SecretSource {
  get(ref: SecretKeyRef): string | undefined
  /** Calls `listener` after every change; returns a function that unsubscribes it. */
  subscribe(listener: () => void): () => void
}
