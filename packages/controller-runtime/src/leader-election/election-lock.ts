import type { TypedObject } from '@fairlead/kube-core'

/** What the candidates agree on: who leads, and since when. Times are as `metav1.MicroTime`. */
export interface ElectionRecord {
  /** Empty if nobody leads. */
  readonly holderIdentity: string
  readonly leaseDurationSeconds: number
  readonly acquireTime: string
  readonly renewTime: string
  readonly leaseTransitions: number
}

/** A record as it is stored. */
export interface StoredRecord {
  readonly record: ElectionRecord
  /** Changes with every write, whoever makes it. */
  readonly version: string
}

export interface LockCallOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs: number
}

/**
 * Where the record is kept, by default a Lease. Each call rejects when it fails or takes longer than
 * `timeoutMs`.
 */
export interface ElectionLock {
  /** The object that holds the record, for events about it; undefined if it is none, or not known. */
  readonly object?: TypedObject | undefined
  /** Undefined if there is no record yet. */
  read(options: LockCallOptions): Promise<StoredRecord | undefined>
  /**
   * Replaces the record, and resolves with it as stored. Must reject, and store nothing, unless what
   * is stored is still `previous` (nothing, if that is undefined): leadership rests on it.
   */
  write(
    record: ElectionRecord,
    previous: StoredRecord | undefined,
    options: LockCallOptions,
  ): Promise<StoredRecord>
}
