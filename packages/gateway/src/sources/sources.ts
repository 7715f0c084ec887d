import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'

/** Where the configuration comes from. `current` is undefined until the first one is there. */
export interface SnapshotSource {
  current(): Snapshot | undefined
  /** Calls back after every change; returns how to stop. */
  subscribe(listener: () => void): () => void
}

/** The Secrets' values, decoded. A missing Secret or key is undefined, never an error. */
export interface SecretSource {
  get(ref: SecretKeyRef): string | undefined
  /** Calls back after every change; returns how to stop. */
  subscribe(listener: () => void): () => void
}
