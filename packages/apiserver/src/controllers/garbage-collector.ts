import type { Logger } from '@fairlead/base'
import {
  foregroundDeletionFinalizer,
  isNotFound,
  orphanFinalizer,
  parseApiVersion,
  type KubernetesObject,
  type ObjectMeta,
  type OwnerReference,
} from '@fairlead/kube-core'

import { controllerUser } from '../auth/user.ts'
import { changeObject } from '../resources/change-object.ts'
import { deleteObject } from '../resources/delete-object.ts'
import type { DeleteOptions } from '../resources/delete-options.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import type { WriteOptions } from '../resources/write-options.ts'
import type { Change, StorageKey } from '../storage/change.ts'
import { OwnershipGraph } from './ownership-graph.ts'
import { WorkQueue } from './work-queue.ts'

/** What an owner reference means for the dependent. */
type OwnerState = 'living' | 'missing' | 'waiting' | 'unknown'

/**
 * Deletes dependents when their owners are gone (`metadata.ownerReferences`), by the rules of
 * kube-controller-manager's garbage collector.
 *
 * - Background: an object whose owners are all gone is deleted; if some still exist, only the
 *   references to the others are removed. An object whose owner never existed is deleted too.
 * - Foreground: an owner with the finalizer `foregroundDeletion` waits for the dependents that
 *   block it.
 * - Orphan: an owner with the finalizer `orphan` has the reference removed from its dependents.
 *
 * An owner is what its reference names, in the dependent's namespace or in none, if it has the uid.
 * An object stays when the kind of an owner is not served, or when it is cluster-scoped and an owner
 * is not. Whether owners exist is looked up in memory, so that no cache of absent ones is needed.
 * What is being deleted already is left to whoever has set its finalizers.
 */
export class GarbageCollector {
  readonly #context: WriteContext
  readonly #logger: Logger
  readonly #graph = new OwnershipGraph()
  readonly #queue: WorkQueue
  /** Objects with an owner of a kind that is not served. */
  readonly #unresolved = new Set<string>()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(context: ResourceContext, logger: Logger) {
    this.#context = actingAs(context, controllerUser('generic-garbage-collector'))
    this.#logger = logger
    this.#queue = new WorkQueue(context.clock, (uid) => this.#collect(uid))
    for (const { storageResource } of context.registry.stored()) {
      if (context.storage.isEmpty({ resource: storageResource })) continue
      for (const object of context.storage.list({ resource: storageResource }).objects) {
        this.#add(keyOf(storageResource, object), object)
      }
    }
    this.#unsubscribe = [
      context.storage.subscribe('all', (change) => this.#onChange(change)),
      context.registry.onChange(() => this.#judgeUnresolved()),
    ]
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#queue.stop()
  }

  #onChange({ type, key, object, previous }: Change): void {
    const { uid = '' } = object.metadata
    if (type === 'DELETED') {
      this.#graph.delete(object)
      this.#unresolved.delete(uid)
      for (const dependent of this.#graph.dependentsOf(uid)) this.#queue.add(dependent)
    } else this.#add(key, object, previous)
    // One dependent less, or one that blocks no more: an owner may now be deletable.
    for (const owner of previous?.metadata.ownerReferences ?? []) {
      if (isDeletedInForeground(this.#objectOf(owner.uid))) this.#queue.add(owner.uid)
    }
  }

  #add(key: StorageKey, object: KubernetesObject, previous?: KubernetesObject): void {
    this.#graph.put(key, object, previous)
    const { uid = '', ownerReferences = [], deletionTimestamp } = object.metadata
    if (ownerReferences.length > 0 || deletionTimestamp !== undefined) this.#queue.add(uid)
  }

  #judgeUnresolved(): void {
    const uids = [...this.#unresolved]
    this.#unresolved.clear()
    for (const uid of uids) this.#queue.add(uid)
  }

  async #collect(uid: string): Promise<void> {
    const object = this.#objectOf(uid)
    if (object === undefined) return
    const { deletionTimestamp, finalizers = [] } = object.metadata
    try {
      if (deletionTimestamp === undefined) await this.#judge(uid, object)
      else if (finalizers.includes(orphanFinalizer)) await this.#orphanDependents(uid)
      else if (finalizers.includes(foregroundDeletionFinalizer)) await this.#release(uid)
    } catch (error) {
      if (isNotFound(error)) return
      this.#logger.warn(
        { error, key: this.#graph.keyOf(uid) },
        'garbage collection of an object failed',
      )
      throw error
    }
  }

  /** Decides by its owners whether an object is kept. */
  async #judge(uid: string, object: KubernetesObject): Promise<void> {
    const owners = object.metadata.ownerReferences ?? []
    if (owners.length === 0) return
    const key = this.#graph.keyOf(uid)
    const states = new Map(owners.map((owner) => [owner, this.#stateOf(key, owner)]))
    const having = (state: OwnerState): OwnerReference[] =>
      owners.filter((owner) => states.get(owner) === state)
    if (having('unknown').length > 0) {
      this.#unresolved.add(uid)
    } else if (having('living').length > 0) {
      const gone = new Set([...having('missing'), ...having('waiting')].map((owner) => owner.uid))
      if (gone.size > 0) await this.#removeOwners(uid, gone)
    } else if (having('waiting').length > 0 && this.#graph.dependentsOf(uid).length > 0) {
      await this.#breakCycle(uid)
      await this.#delete(uid, 'Foreground')
    } else await this.#delete(uid, policyOf(object))
  }

  #stateOf(dependent: StorageKey | undefined, owner: OwnerReference): OwnerState {
    const { group, version } = parseApiVersion(owner.apiVersion)
    const definition = this.#context.registry.findKind(group, version, owner.kind)
    if (definition === undefined || dependent === undefined) return 'unknown'
    if (definition.namespaced && dependent.namespace === '') return 'unknown'
    const found = this.#context.storage.get({
      resource: definition.storageResource,
      namespace: definition.namespaced ? dependent.namespace : '',
      name: owner.name,
    })
    if (found?.metadata.uid !== owner.uid) return 'missing'
    return isDeletedInForeground(found) ? 'waiting' : 'living'
  }

  /** The dependents of an owner that is being deleted are no longer its own. */
  async #orphanDependents(uid: string): Promise<void> {
    for (const dependent of this.#graph.dependentsOf(uid)) {
      await this.#removeOwners(dependent, new Set([uid])).catch(ignoreGone)
    }
    await this.#removeFinalizer(uid, orphanFinalizer)
  }

  /** Lets an owner go when no dependent blocks it; otherwise those are deleted first. */
  async #release(uid: string): Promise<void> {
    const blocking = this.#graph
      .dependentsOf(uid)
      .filter((dependent) => blocks(this.#objectOf(dependent), uid))
    if (blocking.length === 0) await this.#removeFinalizer(uid, foregroundDeletionFinalizer)
    for (const dependent of blocking) {
      if (this.#objectOf(dependent)?.metadata.deletionTimestamp === undefined) {
        this.#queue.add(dependent)
      }
    }
  }

  /** Objects that own each other would wait for each other for ever. */
  async #breakCycle(uid: string): Promise<void> {
    const isInCycle = this.#graph
      .dependentsOf(uid)
      .some((dependent) => isDeletedInForeground(this.#objectOf(dependent)))
    if (!isInCycle) return
    await this.#change(uid, ({ ownerReferences = [] }) => ({
      ownerReferences: ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false })),
    }))
  }

  async #removeOwners(uid: string, gone: ReadonlySet<string>): Promise<void> {
    await this.#change(uid, ({ ownerReferences = [] }) => ({
      ownerReferences: ownerReferences.filter((owner) => !gone.has(owner.uid)),
    }))
  }

  async #removeFinalizer(uid: string, finalizer: string): Promise<void> {
    await this.#change(uid, ({ finalizers = [] }) => ({
      finalizers: finalizers.filter((each) => each !== finalizer),
    }))
  }

  async #change(
    uid: string,
    changes: (metadata: ObjectMeta) => Partial<ObjectMeta>,
  ): Promise<void> {
    const target = this.#targetOf(uid)
    if (target === undefined) return
    const transform = (current: KubernetesObject): KubernetesObject => {
      if (current.metadata.uid !== uid) return current
      const metadata = { ...current.metadata, ...changes(current.metadata) }
      if (metadata.ownerReferences?.length === 0) delete metadata.ownerReferences
      if (metadata.finalizers?.length === 0) delete metadata.finalizers
      return { ...current, metadata }
    }
    await changeObject(this.#context, target, transform, writeOptions, 'track')
  }

  async #delete(
    uid: string,
    propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
  ): Promise<void> {
    const target = this.#targetOf(uid)
    if (target === undefined) return
    const preconditions = { uid }
    await deleteObject(this.#context, target, { dryRun: false, propagationPolicy, preconditions })
  }

  #targetOf(uid: string): ObjectTarget | undefined {
    const key = this.#graph.keyOf(uid)
    const definition = key && this.#context.registry.findStored(key.resource)
    return key && definition && { definition, namespace: key.namespace, name: key.name }
  }

  #objectOf(uid: string): KubernetesObject | undefined {
    const key = this.#graph.keyOf(uid)
    const object = key && this.#context.storage.get(key)
    return object?.metadata.uid === uid ? object : undefined
  }
}

const writeOptions: WriteOptions = {
  dryRun: false,
  fieldManager: 'kube-controller-manager',
  fieldValidation: 'Ignore',
  warn: () => {},
}

function isDeletedInForeground(object: KubernetesObject | undefined): boolean {
  const { deletionTimestamp, finalizers = [] } = object?.metadata ?? {}
  return deletionTimestamp !== undefined && finalizers.includes(foregroundDeletionFinalizer)
}

function blocks(dependent: KubernetesObject | undefined, owner: string): boolean {
  const { ownerReferences = [] } = dependent?.metadata ?? {}
  return ownerReferences.some((each) => each.uid === owner && each.blockOwnerDeletion === true)
}

/** A finalizer that somebody has set before the deletion says how its dependents are treated. */
function policyOf({ metadata }: KubernetesObject): NonNullable<DeleteOptions['propagationPolicy']> {
  const { finalizers = [] } = metadata
  if (finalizers.includes(orphanFinalizer)) return 'Orphan'
  return finalizers.includes(foregroundDeletionFinalizer) ? 'Foreground' : 'Background'
}

function ignoreGone(error: unknown): void {
  if (!isNotFound(error)) throw error
}

function keyOf(resource: string, { metadata }: KubernetesObject): StorageKey {
  return { resource, namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
}
