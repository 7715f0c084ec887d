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

/** An InferencePool as the cluster has it now. */
export interface EndpointPool {
  /** The Service of its endpoint picker. */
  readonly picker: { readonly host: string; readonly port: number }
  /** What follows when the picker fails: the gateway chooses, or the call fails. */
  readonly failureMode: 'FailOpen' | 'FailClose'
  /** Its pods. Nobody else may be called, whatever the picker says. */
  readonly servers: readonly {
    /** An IP address, without brackets. */
    readonly address: string
    /** On which it listens, every one an endpoint of its own. */
    readonly ports: readonly number[]
    readonly isReady: boolean
  }[]
}

/** A pool, or why it cannot be used, as the end of a sentence. */
export type EndpointPoolState = EndpointPool | { readonly problem: string }

/** The InferencePools of a cluster. */
export interface EndpointPoolSource {
  /** What is known of a pool; undefined while that is still being read. */
  get(pool: { readonly namespace: string; readonly name: string }): EndpointPoolState | undefined
  /** Calls `listener` after every change; returns a function that unsubscribes it. */
  subscribe(listener: () => void): () => void
}
