import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change, StorageKey } from './change.ts'

/** Which objects of one resource to list. */
export interface ListScope {
  readonly resource: string
  /** Absent: all namespaces. */
  readonly namespace?: string
}

export interface Snapshot {
  /** In byte order of `namespace/name`. */
  readonly objects: readonly KubernetesObject[]
  /** The revision of the snapshot. */
  readonly revision: number
}

export interface ScanOptions {
  /** Defaults to the current one. */
  readonly revision?: number | undefined
  /**
   * The first key: a name where the scope is a namespace, and else `namespace/name`. Defaults to the
   * first object.
   */
  readonly start?: string | undefined
}

/** The objects of a snapshot from a key on, in its order. */
export interface Scan {
  /** To be gone through before anything is written. */
  readonly objects: Iterable<KubernetesObject>
  /** How many there are. */
  readonly length: number
  readonly revision: number
}

/**
 * Objects under one revision counter that only increases, also across restarts.
 *
 * Synchronous on purpose: what has nothing to wait for reads, decides and writes within one turn of
 * the event loop; what waits, for example for a webhook, finds out by the revision whether another
 * write has intervened. Returned objects are deeply frozen, with `metadata.resourceVersion`
 * set; objects passed in must not be changed afterwards.
 *
 * A write is durable when the call returns. Subscribers are notified in commit order, before the
 * outermost write call returns; a write made by a subscriber is queued behind the current one.
 */
export interface Storage {
  readonly revision: number
  get(key: StorageKey): KubernetesObject | undefined
  /**
   * The current objects, or the objects as of `revision`.
   * @throws CompactedError, FutureRevisionError
   */
  list(scope: ListScope, revision?: number): Snapshot
  /**
   * The same from a key on, for who may not need all of them.
   * @throws CompactedError, FutureRevisionError
   */
  scan(scope: ListScope, options?: ScanOptions): Scan
  /** Whether the scope has no objects; cheaper than listing them. */
  isEmpty(scope: ListScope): boolean
  /** @throws KeyExistsError */
  create(key: StorageKey, object: KubernetesObject): KubernetesObject
  /** Compare-and-set on the revision that the caller has read. @throws RevisionMismatchError */
  update(key: StorageKey, object: KubernetesObject, expectedRevision: string): KubernetesObject
  /** @throws RevisionMismatchError */
  delete(key: StorageKey, expectedRevision: string): KubernetesObject
  /**
   * Changes of one resource after `revision`, oldest first.
   * @throws CompactedError when some of them have been compacted
   */
  changesSince(resource: string, revision: number): readonly Change[]
  /** Subscribes to changes of one resource, or of `all`. Returns a function that unsubscribes. */
  subscribe(resource: string, listener: (change: Change) => void): () => void
  /** Compacts the changes up to and including `revision`, by default all of them. */
  compact(revision?: number): void
  close(): void
}
