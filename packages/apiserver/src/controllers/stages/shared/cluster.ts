import type { Clock } from '@fairlead/base'
import {
  deepEqual,
  isNotFound,
  parseApiVersion,
  StatusError,
  timestamp,
  type KubernetesObject,
  type ObjectMeta,
} from '@fairlead/kube-core'

import type { ResourceDefinition } from '../../../definitions/resource-definition.ts'
import { changeObject } from '../../../resources/change-object.ts'
import { createObject } from '../../../resources/create-object.ts'
import { decodeObject } from '../../../resources/decode-object.ts'
import { deleteObject } from '../../../resources/delete-object.ts'
import type { WriteContext } from '../../../resources/resource-context.ts'
import type { ObjectTarget } from '../../../resources/resource-target.ts'
import { getScale, withScale } from '../../../resources/scale.ts'
import type { ClusterEvent } from './cluster-event.ts'
import type { ObjectKey } from './object-key.ts'
import type { OwnedObjects } from './owned-objects.ts'

/** What a controller asks for; the rest the server adds. */
export interface NewObject {
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** What can be scaled, in any kind that has a scale. */
interface ScaleTarget extends ObjectKey {
  readonly apiVersion: string
  readonly kind: string
}

export interface Scaled {
  /** How many are wanted. */
  readonly replicas: number
}

interface Parts {
  readonly context: WriteContext
  readonly owned: OwnedObjects
  readonly manager: string
  readonly wakeAfter: (key: ObjectKey, delayMs: number) => void
  readonly record: (about: KubernetesObject, event: ClusterEvent) => void
}

/** The objects of the server, as one controller reads and writes them. */
export class Cluster {
  readonly #context: WriteContext
  readonly #owned: OwnedObjects
  readonly #options
  readonly #wakeAfter: Parts['wakeAfter']
  readonly #record: Parts['record']

  constructor({ context, owned, manager, wakeAfter, record }: Parts) {
    this.#context = context
    this.#owned = owned
    this.#wakeAfter = wakeAfter
    this.#record = record
    this.#options = {
      dryRun: false,
      fieldManager: manager,
      fieldValidation: 'Ignore',
      warn: () => {},
    } as const
  }

  get clock(): Clock {
    return this.#context.clock
  }

  /** RFC 3339. */
  get now(): string {
    return timestamp(this.clock.now())
  }

  get random(): () => number {
    return this.#context.random
  }

  get(resource: string, namespace: string, name: string): KubernetesObject | undefined {
    return this.#context.storage.get({ resource, namespace, name })
  }

  /** Without a namespace, those of all. */
  list(resource: string, namespace?: string): readonly KubernetesObject[] {
    return this.#context.storage.list({
      resource,
      ...(namespace === undefined ? {} : { namespace }),
    }).objects
  }

  /** The objects whose controller this one is. */
  ownedBy(resource: string, { metadata }: KubernetesObject): readonly KubernetesObject[] {
    return this.#owned.ownedBy(resource, metadata.uid ?? '')
  }

  /** The objects of a namespace that have no controller. */
  orphans(resource: string, namespace: string): readonly KubernetesObject[] {
    return this.#owned.orphans(resource, namespace)
  }

  /** @throws StatusError */
  create(resource: string, object: NewObject): Promise<KubernetesObject> {
    const definition = this.#definition(resource)
    const { group, version, kind } = definition
    const apiVersion = group === '' ? version : `${group}/${version}`
    const target = { definition, namespace: object.metadata.namespace ?? '' }
    return createObject(this.#context, target, { apiVersion, kind, ...object }, this.#options)
  }

  /**
   * Changes an object, but not its status; nothing is written when it stays as it is. An object that
   * has been replaced by another one of the same name is left alone.
   * @throws StatusError
   */
  async change(
    resource: string,
    { metadata }: KubernetesObject,
    transform: (current: KubernetesObject) => KubernetesObject,
  ): Promise<KubernetesObject> {
    const definition = this.#definition(resource)
    const { namespace = '', name = '', uid } = metadata
    return changeObject(
      this.#context,
      { definition, namespace, name },
      (current) => (current.metadata.uid === uid ? transform(current) : current),
      this.#options,
      'track',
    )
  }

  /**
   * Replaces the status of an object as it was read, unless it is this already.
   * @throws StatusError 409 when the object has changed since
   */
  setStatus(resource: string, object: KubernetesObject, status: object): Promise<KubernetesObject> {
    const { resourceVersion = '' } = object.metadata
    return this.changeStatus(resource, object, (current) => ({
      ...current,
      metadata: { ...current.metadata, resourceVersion },
      status,
    }))
  }

  /** As `setStatus`, for kinds whose metadata may be written together with the status. */
  async changeStatus(
    resource: string,
    { metadata }: KubernetesObject,
    transform: (current: KubernetesObject) => KubernetesObject,
  ): Promise<KubernetesObject> {
    const definition = this.#definition(resource)
    const { namespace = '', name = '', uid } = metadata
    return changeObject(
      this.#context,
      { definition, namespace, name, subresource: 'status' },
      (current) => {
        if (current.metadata.uid !== uid) return current
        const wanted = decodeObject(definition, transform(current), this.#options)
        const isSame =
          deepEqual(wanted['status'], current['status']) &&
          deepEqual(wanted.metadata, current.metadata)
        return isSame ? current : wanted
      },
      this.#options,
      'track',
    )
  }

  /** Deletes an object; one that is gone counts as deleted. @throws StatusError */
  async delete(
    resource: string,
    { metadata }: KubernetesObject,
    gracePeriodSeconds?: number,
  ): Promise<void> {
    const { namespace = '', name = '', uid } = metadata
    try {
      await deleteObject(
        this.#context,
        { definition: this.#definition(resource), namespace, name },
        {
          dryRun: false,
          propagationPolicy: 'Background',
          ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
          preconditions: uid === undefined ? {} : { uid },
        },
      )
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  /** Puts a pod on a node, which is written past the rules of updates, as by BindingREST. */
  bind(pod: KubernetesObject, nodeName: string, conditions: readonly object[]): void {
    const { namespace = '', name = '', resourceVersion = '' } = pod.metadata
    const spec = { ...(pod['spec'] as object), nodeName }
    const status = { ...(pod['status'] as object), conditions }
    const key = { resource: 'pods', namespace, name }
    this.#context.storage.update(key, { ...pod, spec, status }, resourceVersion)
  }

  /** Undefined when there is no such object, or it has no scale. */
  async scaleOf(target: ScaleTarget): Promise<Scaled | undefined> {
    const found = this.#scaleTarget(target)
    if (found === undefined) return undefined
    try {
      const { spec } = (await getScale(this.#context, found)) as { spec?: { replicas?: number } }
      return { replicas: spec?.replicas ?? 0 }
    } catch (error) {
      if (error instanceof StatusError) return undefined
      throw error
    }
  }

  /** Gives an object its replicas. @throws StatusError */
  async scale(target: ScaleTarget, replicas: number): Promise<void> {
    const found = this.#scaleTarget(target)
    if (found === undefined) return
    const { definition, namespace, name } = found
    await changeObject(
      this.#context,
      { definition, namespace, name },
      (current) => withScale(found, current, { spec: { replicas } }),
      this.#options,
      'track',
    )
  }

  #scaleTarget({ apiVersion, kind, namespace, name }: ScaleTarget): ObjectTarget | undefined {
    const { group, version } = parseApiVersion(apiVersion)
    const definition = this.#context.registry.findKind(group, version, kind)
    return definition?.scale && { definition, namespace, name, subresource: 'scale' }
  }

  /** Tells of an object what `kubectl describe` shows below it. Nothing waits for its writing. */
  record(about: KubernetesObject, event: ClusterEvent): void {
    this.#record(about, event)
  }

  /** Tells of what went as it should. */
  tell(about: KubernetesObject, reason: string, message: string): void {
    this.#record(about, { type: 'Normal', reason, message })
  }

  /** Tells of what did not. */
  warnOf(about: KubernetesObject, reason: string, message: string): void {
    this.#record(about, { type: 'Warning', reason, message })
  }

  /** Has an object reconciled again later, unless it is sooner anyway. */
  wakeAfter({ metadata }: KubernetesObject, delayMs: number): void {
    const { namespace = '', name = '' } = metadata
    this.#wakeAfter({ namespace, name }, delayMs)
  }

  /** The definition in whose version objects are stored. */
  #definition(resource: string): ResourceDefinition {
    const { registry } = this.#context
    const stored = registry.findStored(resource)
    if (stored === undefined) throw new Error(`${resource} is not served`)
    const version = stored.storageApiVersion.split('/').at(-1) ?? ''
    return registry.find(stored.group, version, stored.plural) ?? stored
  }
}
