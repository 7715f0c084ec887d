import type { Logger } from '@fairlead/base'
import {
  foregroundDeletionFinalizer,
  isNotFound,
  orphanFinalizer,
  type KubernetesObject,
  type OwnerReference,
} from '@fairlead/kube-core'

import { controllerUser } from '../auth/user.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { isDone } from '../resources/deletion-state.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { Change, StorageKey } from '../storage/change.ts'

/**
 * Deletes dependents when their owners are gone (`metadata.ownerReferences`).
 *
 * - Background: an object whose owners are all gone is deleted; if some still exist, only the
 *   references to the missing ones are removed. An object whose owner never existed is deleted too.
 * - Foreground: an owner with the finalizer `foregroundDeletion` waits for the dependents that
 *   block it.
 * - Orphan: an owner with the finalizer `orphan` has the reference removed from its dependents.
 *
 * An owner is found by its UID anywhere in the cluster; an owner in another namespace does not
 * count. Runs in a later turn of the event loop than the request, so a create is answered before
 * its object can be collected.
 */
export class GarbageCollector {
  readonly #context: WriteContext
  readonly #logger: Logger
  readonly #unsubscribe: () => void
  /** All existing objects by UID. */
  readonly #keys = new Map<string, StorageKey>()
  readonly #dependents = new Map<string, Set<string>>()
  readonly #pending = new Set<string>()
  #scheduled: NodeJS.Immediate | undefined

  constructor(context: ResourceContext, logger: Logger) {
    this.#context = actingAs(context, controllerUser('generic-garbage-collector'))
    this.#logger = logger
    for (const { storageResource } of context.registry.stored()) {
      for (const object of context.storage.list({ resource: storageResource }).objects) {
        this.#track(keyOf(storageResource, object), object)
      }
    }
    this.#unsubscribe = context.storage.subscribe('all', (change) => this.#onChange(change))
  }

  stop(): void {
    this.#unsubscribe()
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled)
  }

  #onChange({ type, key, object, previous }: Change): void {
    const { uid = '' } = object.metadata
    for (const owner of previous?.metadata.ownerReferences ?? []) {
      this.#dependents.get(owner.uid)?.delete(uid)
      // One dependent less: an owner waiting for its dependents may now be deletable.
      this.#enqueue(owner.uid)
    }
    if (type !== 'DELETED') {
      this.#track(key, object)
      return
    }
    this.#keys.delete(uid)
    for (const dependent of this.#dependents.get(uid) ?? []) this.#enqueue(dependent)
    if (this.#dependents.get(uid)?.size === 0) this.#dependents.delete(uid)
  }

  #track(key: StorageKey, { metadata }: KubernetesObject): void {
    const { uid = '', ownerReferences = [], deletionTimestamp } = metadata
    this.#keys.set(uid, key)
    for (const owner of ownerReferences) {
      const dependents = this.#dependents.get(owner.uid) ?? new Set()
      this.#dependents.set(owner.uid, dependents.add(uid))
    }
    if (ownerReferences.length > 0 || deletionTimestamp !== undefined) this.#enqueue(uid)
  }

  #enqueue(uid: string): void {
    if (!this.#keys.has(uid)) return
    this.#pending.add(uid)
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      const uids = [...this.#pending]
      this.#pending.clear()
      for (const each of uids) this.#tryToCollect(each)
    })
  }

  /** An object that cannot be deleted, such as a system namespace, must not stop the others. */
  #tryToCollect(uid: string): void {
    try {
      this.#collect(uid)
    } catch (error) {
      this.#failed(this.#keys.get(uid), error)
    }
  }

  #failed(key: StorageKey | undefined, error: unknown): void {
    this.#logger.warn({ error, key }, 'garbage collection of an object failed')
  }

  #collect(uid: string): void {
    const key = this.#keys.get(uid)
    const object = key === undefined ? undefined : this.#context.storage.get(key)
    if (key === undefined || object?.metadata.uid !== uid) return
    if (object.metadata.deletionTimestamp !== undefined) this.#finishDeletion(key, object)
    else this.#judge(key, object)
  }

  /** Decides by its owners whether an object is kept. */
  #judge(key: StorageKey, object: KubernetesObject): void {
    const owners = object.metadata.ownerReferences ?? []
    if (owners.length === 0) return
    const living = owners.filter((owner) => this.#ownerOf(key, owner) !== undefined)
    if (living.length === 0) {
      this.#delete(key, 'Background')
    } else if (living.every((owner) => this.#isDeletedInForeground(key, owner))) {
      this.#delete(key, 'Foreground')
    } else if (living.length < owners.length) {
      this.#update(key, object, { ownerReferences: living })
    }
  }

  #finishDeletion(key: StorageKey, object: KubernetesObject): void {
    const { uid = '', finalizers = [] } = object.metadata
    const dependents = this.#dependentsOf(uid)
    if (finalizers.includes(orphanFinalizer)) {
      for (const [dependentKey, dependent] of dependents) {
        const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter(
          (owner) => owner.uid !== uid,
        )
        this.#update(dependentKey, dependent, { ownerReferences })
      }
      this.#removeFinalizer(key, orphanFinalizer)
    } else if (finalizers.includes(foregroundDeletionFinalizer)) {
      for (const [dependentKey, dependent] of dependents) this.#judge(dependentKey, dependent)
      const blocks = ({ metadata }: KubernetesObject): boolean =>
        (metadata.ownerReferences ?? []).some(
          (owner) => owner.uid === uid && owner.blockOwnerDeletion === true,
        )
      if (!this.#dependentsOf(uid).some(([, dependent]) => blocks(dependent))) {
        this.#removeFinalizer(key, foregroundDeletionFinalizer)
      }
    }
  }

  #dependentsOf(uid: string): [StorageKey, KubernetesObject][] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => {
      const key = this.#keys.get(dependent)
      const object = key === undefined ? undefined : this.#context.storage.get(key)
      return key === undefined || object === undefined ? [] : [[key, object]]
    })
  }

  #ownerOf(dependent: StorageKey, owner: OwnerReference): KubernetesObject | undefined {
    const key = this.#keys.get(owner.uid)
    if (key === undefined) return undefined
    if (key.namespace !== '' && key.namespace !== dependent.namespace) return undefined
    return this.#context.storage.get(key)
  }

  #isDeletedInForeground(dependent: StorageKey, owner: OwnerReference): boolean {
    const metadata = this.#ownerOf(dependent, owner)?.metadata
    return (
      metadata?.deletionTimestamp !== undefined &&
      (metadata.finalizers ?? []).includes(foregroundDeletionFinalizer)
    )
  }

  #delete(key: StorageKey, propagationPolicy: 'Background' | 'Foreground'): void {
    const definition = this.#definitionOf(key)
    if (definition === undefined) return
    const { namespace, name } = key
    deleteObject(
      this.#context,
      { definition, namespace, name },
      { dryRun: false, propagationPolicy, preconditions: {} },
    ).catch((error: unknown) => {
      if (!isNotFound(error)) this.#failed(key, error)
    })
  }

  #removeFinalizer(key: StorageKey, finalizer: string): void {
    const object = this.#context.storage.get(key)
    if (object === undefined) return
    const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer)
    if (isDone({ ...object, metadata: { ...object.metadata, finalizers } })) {
      this.#context.storage.delete(key, object.metadata.resourceVersion ?? '')
    } else this.#update(key, object, { finalizers })
  }

  #update(
    key: StorageKey,
    object: KubernetesObject,
    change: Partial<KubernetesObject['metadata']>,
  ): void {
    const metadata = { ...object.metadata, ...change }
    if (metadata.ownerReferences?.length === 0) delete metadata.ownerReferences
    if (metadata.finalizers?.length === 0) delete metadata.finalizers
    this.#context.storage.update(key, { ...object, metadata }, metadata.resourceVersion ?? '')
  }

  #definitionOf({ resource }: StorageKey): ResourceDefinition | undefined {
    return this.#context.registry.stored().find((each) => each.storageResource === resource)
  }
}

function keyOf(resource: string, { metadata }: KubernetesObject): StorageKey {
  return { resource, namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
}
