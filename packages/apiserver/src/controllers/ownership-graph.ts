import type { KubernetesObject } from '@fairlead/kube-core'

import type { StorageKey } from '../storage/change.ts'

/** Which objects exist, by uid, and which of them name which as their owner. */
export class OwnershipGraph {
  readonly #keys = new Map<string, StorageKey>()
  /** By the owner's uid, whether or not it exists. */
  readonly #dependents = new Map<string, Set<string>>()

  /** Adds an object, or what has become of it. */
  put(key: StorageKey, { metadata }: KubernetesObject, previous?: KubernetesObject): void {
    const { uid = '', ownerReferences = [] } = metadata
    this.#keys.set(uid, key)
    const owners = new Set(ownerReferences.map((owner) => owner.uid))
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner) ?? new Set()
      this.#dependents.set(owner, dependents.add(uid))
    }
    for (const { uid: owner } of previous?.metadata.ownerReferences ?? []) {
      if (!owners.has(owner)) this.#release(owner, uid)
    }
  }

  delete({ metadata }: KubernetesObject): void {
    const { uid = '', ownerReferences = [] } = metadata
    this.#keys.delete(uid)
    for (const owner of ownerReferences) this.#release(owner.uid, uid)
  }

  /** Undefined when no such object exists. */
  keyOf(uid: string): StorageKey | undefined {
    return this.#keys.get(uid)
  }

  /** The uids of those who name an object as their owner. */
  dependentsOf(uid: string): readonly string[] {
    return [...(this.#dependents.get(uid) ?? [])]
  }

  #release(owner: string, dependent: string): void {
    const dependents = this.#dependents.get(owner)
    dependents?.delete(dependent)
    if (dependents?.size === 0) this.#dependents.delete(owner)
  }
}
