import type { KubernetesObject } from '@fairlead/kube-core'

import type { Deadline } from '../exchange/api-request.ts'
import type { Change, StorageKey } from '../storage/change.ts'
import type { ListScope, Scan, ScanOptions, Snapshot, Storage } from '../storage/storage.ts'
import { deadlinePassed } from './request-deadline.ts'

/**
 * The same storage for one request, which writes no more once that has been answered as late.
 * Writes then throw StatusError 504.
 */
export class StorageUntilDeadline implements Storage {
  readonly #storage: Storage
  readonly #deadline: Deadline

  constructor(storage: Storage, deadline: Deadline) {
    this.#storage = storage
    this.#deadline = deadline
  }

  get revision(): number {
    return this.#storage.revision
  }

  get(key: StorageKey): KubernetesObject | undefined {
    return this.#storage.get(key)
  }

  list(scope: ListScope, revision?: number): Snapshot {
    return this.#storage.list(scope, revision)
  }

  scan(scope: ListScope, options?: ScanOptions): Scan {
    return this.#storage.scan(scope, options)
  }

  isEmpty(scope: ListScope): boolean {
    return this.#storage.isEmpty(scope)
  }

  create(key: StorageKey, object: KubernetesObject): KubernetesObject {
    this.#check()
    return this.#storage.create(key, object)
  }

  update(key: StorageKey, object: KubernetesObject, expectedRevision: string): KubernetesObject {
    this.#check()
    return this.#storage.update(key, object, expectedRevision)
  }

  delete(key: StorageKey, expectedRevision: string): KubernetesObject {
    this.#check()
    return this.#storage.delete(key, expectedRevision)
  }

  changesSince(resource: string, revision: number): readonly Change[] {
    return this.#storage.changesSince(resource, revision)
  }

  subscribe(resource: string, listener: (change: Change) => void): () => void {
    return this.#storage.subscribe(resource, listener)
  }

  compact(revision?: number): void {
    this.#storage.compact(revision)
  }

  close(): void {
    this.#storage.close()
  }

  #check(): void {
    if (this.#deadline.passed) throw deadlinePassed()
  }
}
