import type { Logger } from '@fairlead/base'
import { isConflict, isNotFound, type KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../auth/user.ts'
import { optionalRecordAt, recordAt, recordsAt, textAt } from '../definitions/fields.ts'
import { changeObject } from '../resources/change-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { Change, StorageKey } from '../storage/change.ts'
import { WorkQueue } from './work-queue.ts'

/** What protects each kind, and who takes it off. */
const protections = {
  persistentvolumeclaims: {
    finalizer: 'kubernetes.io/pvc-protection',
    controller: 'pvc-protection-controller',
  },
  persistentvolumes: {
    finalizer: 'kubernetes.io/pv-protection',
    controller: 'pv-protection-controller',
  },
} as const

type Protected = keyof typeof protections

/**
 * Lets volumes and claims that are being deleted go once nothing uses them: a claim, when no
 * scheduled Pod names it; a volume, when it is not bound. As Kubernetes' controllers
 * `pvc-protection` and `pv-protection`; without it no such deletion would end.
 */
export class StorageProtection {
  readonly #context: ResourceContext
  readonly #logger: Logger
  readonly #queue: WorkQueue
  /** Claims that Pods keep from going, by namespace: a Pod that goes may free them. */
  readonly #waiting = new Map<string, Set<string>>()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(context: ResourceContext, logger: Logger) {
    this.#context = context
    this.#logger = logger
    this.#queue = new WorkQueue(context.clock, (item) => this.#release(item))
    const { storage } = context
    const kinds = Object.keys(protections) as Protected[]
    this.#unsubscribe = [
      ...kinds.map((kind) => storage.subscribe(kind, (change) => this.#consider(kind, change))),
      storage.subscribe('pods', ({ type, key: { namespace } }) => {
        if (type !== 'DELETED') return
        for (const item of this.#waiting.get(namespace) ?? []) this.#queue.add(item)
      }),
    ]
    for (const kind of kinds) {
      for (const object of storage.list({ resource: kind }).objects) {
        const { namespace = '', name = '' } = object.metadata
        if (isLeaving(object, kind)) this.#queue.add(itemOf(kind, namespace, name))
      }
    }
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#queue.stop()
  }

  #consider(kind: Protected, { object, key: { namespace, name } }: Change): void {
    if (isLeaving(object, kind)) this.#queue.add(itemOf(kind, namespace, name))
  }

  async #release(item: string): Promise<void> {
    const [resource = '', namespace = '', name = ''] = item.split('/')
    const kind = resource as Protected
    const key: StorageKey = { resource, namespace, name }
    const object = this.#context.storage.get(key)
    this.#forget(namespace, item)
    if (object === undefined || !isLeaving(object, kind)) return
    if (this.#isUsed(kind, object)) {
      if (kind === 'persistentvolumeclaims') this.#wait(namespace, item)
      return
    }
    try {
      await this.#removeFinalizer(kind, key)
    } catch (error) {
      // Somebody else has changed or deleted it, and that comes as a change of its own.
      if (isNotFound(error) || isConflict(error)) return
      this.#logger.warn({ error, resource, namespace, name }, 'a volume or claim cannot be let go')
      throw error
    }
  }

  #isUsed(kind: Protected, object: KubernetesObject): boolean {
    if (kind === 'persistentvolumes') return textAt(recordAt(object, 'status'), 'phase') === 'Bound'
    const { namespace = '', name = '' } = object.metadata
    const { objects } = this.#context.storage.list({ resource: 'pods', namespace })
    return objects.some((pod) => usesClaim(pod, name))
  }

  async #removeFinalizer(kind: Protected, { namespace, name }: StorageKey): Promise<void> {
    const definition = this.#context.registry.find('', 'v1', kind)
    if (definition === undefined) return
    const { controller, finalizer } = protections[kind]
    const context: WriteContext = actingAs(this.#context, controllerUser(controller))
    await changeObject(
      context,
      { definition, namespace, name },
      (current) => {
        const { finalizers = [], ...metadata } = current.metadata
        const left = finalizers.filter((each) => each !== finalizer)
        return { ...current, metadata: { ...metadata, finalizers: left } }
      },
      { dryRun: false, fieldManager: controller, fieldValidation: 'Ignore', warn: () => {} },
      'track',
    )
  }

  #wait(namespace: string, item: string): void {
    const items = this.#waiting.get(namespace) ?? new Set()
    this.#waiting.set(namespace, items.add(item))
  }

  #forget(namespace: string, item: string): void {
    const items = this.#waiting.get(namespace)
    items?.delete(item)
    if (items?.size === 0) this.#waiting.delete(namespace)
  }
}

function itemOf(kind: Protected, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`
}

/** Whether an object is being deleted, and only protection keeps it. */
function isLeaving({ metadata }: KubernetesObject, kind: Protected): boolean {
  const { deletionTimestamp, finalizers = [] } = metadata
  return deletionTimestamp !== undefined && finalizers.includes(protections[kind].finalizer)
}

/** Whether a Pod that has a node names a claim, or has it made. */
function usesClaim(pod: KubernetesObject, claim: string): boolean {
  const spec = recordAt(pod, 'spec')
  if (textAt(spec, 'nodeName') === '') return false
  return recordsAt(spec, 'volumes').some((volume) => {
    const named = textAt(recordAt(volume, 'persistentVolumeClaim'), 'claimName')
    if (named === claim) return true
    const made = optionalRecordAt(volume, 'ephemeral') !== undefined
    return made && `${pod.metadata.name ?? ''}-${textAt(volume, 'name')}` === claim
  })
}
