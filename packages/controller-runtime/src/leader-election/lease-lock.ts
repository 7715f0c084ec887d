import { isNotFound, type TypedObject } from '@fairlead/kube-core'
import { Lease } from '@fairlead/kube-types'
import type { Client } from '../client/client.ts'
import type {
  ElectionLock,
  ElectionRecord,
  LockCallOptions,
  StoredRecord,
} from './election-lock.ts'

export interface LeaseLockOptions {
  readonly client: Client
  readonly name: string
  readonly namespace: string
  /** Set on the Lease with each write, beside the labels that others gave it. */
  readonly labels?: Readonly<Record<string, string>> | undefined
}

/** Keeps the record in a Lease of the cluster. */
export class LeaseLock implements ElectionLock {
  readonly #options: LeaseLockOptions
  /** As last seen: what we do not know of it is written back. */
  #lease: Lease | undefined

  constructor(options: LeaseLockOptions) {
    this.#options = options
  }

  get object(): TypedObject | undefined {
    if (this.#lease === undefined) return undefined
    const { apiVersion, kind, metadata } = this.#lease
    const { namespace, name, uid } = metadata
    return { apiVersion, kind, metadata: { namespace, name, uid } }
  }

  async read(options: LockCallOptions): Promise<StoredRecord | undefined> {
    const { client, name, namespace } = this.#options
    try {
      return this.#seen(await client.get(Lease, { namespace, name }, options))
    } catch (error) {
      if (!isNotFound(error)) throw error
      return undefined
    }
  }

  async write(
    record: ElectionRecord,
    previous: StoredRecord | undefined,
    options: LockCallOptions,
  ): Promise<StoredRecord> {
    const { client } = this.#options
    const next = this.#next(record, previous)
    const stored =
      previous === undefined
        ? await client.create(Lease, next, options)
        : await client.update(Lease, next, options)
    return this.#seen(stored)
  }

  #next(record: ElectionRecord, previous: StoredRecord | undefined): Lease {
    const { name, namespace, labels } = this.#options
    const version = previous === undefined ? {} : { resourceVersion: previous.version }
    const known = previous === undefined ? undefined : this.#lease
    const all = { ...known?.metadata.labels, ...labels }
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      ...known,
      metadata: {
        ...known?.metadata,
        namespace,
        name,
        ...version,
        ...(Object.keys(all).length === 0 ? {} : { labels: all }),
      },
      spec: { ...known?.spec, ...record },
    }
  }

  #seen(lease: Lease): StoredRecord {
    this.#lease = lease
    const { spec = {}, metadata } = lease
    return {
      record: {
        holderIdentity: spec.holderIdentity ?? '',
        leaseDurationSeconds: spec.leaseDurationSeconds ?? 0,
        acquireTime: spec.acquireTime ?? '',
        renewTime: spec.renewTime ?? '',
        leaseTransitions: spec.leaseTransitions ?? 0,
      },
      version: metadata.resourceVersion ?? '',
    }
  }
}
