import type { Logger } from '@fairlead/base'
import { deepEqual, isConflict, isNotFound, type KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../auth/user.ts'
import { recordAt, textAt } from '../definitions/fields.ts'
import { toServed, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { countUsage } from '../quota/count-usage.ts'
import { resourceList } from '../quota/amounts.ts'
import { parseQuota } from '../quota/quota.ts'
import { changeObject } from '../resources/change-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'
import type { Change } from '../storage/change.ts'
import { WorkQueue } from './work-queue.ts'

const manager = 'resourcequota-controller'
const resource = 'resourcequotas'
const resyncIntervalMs = 5 * 60 * 1000

/**
 * Keeps in the status of ResourceQuotas what they limit and what is used of it, as Kubernetes'
 * controller of that name: when a quota changes, when something is deleted or no longer counts, and
 * every five minutes. Admission adds what is created. It writes only where something differs.
 */
export class QuotaUsage {
  readonly #context: WriteContext
  readonly #logger: Logger
  readonly #queue: WorkQueue
  readonly #unsubscribe: () => void
  #resync: { cancel(): void } | undefined

  constructor(context: ResourceContext, logger: Logger) {
    this.#context = actingAs(context, controllerUser(manager))
    this.#logger = logger
    this.#queue = new WorkQueue(context.clock, (item) => this.#count(item))
    this.#unsubscribe = context.storage.subscribe('all', (change) => this.#consider(change))
    this.#addAll()
  }

  stop(): void {
    this.#unsubscribe()
    this.#resync?.cancel()
    this.#queue.stop()
  }

  #addAll(): void {
    for (const { metadata } of this.#context.storage.list({ resource }).objects) {
      this.#queue.add(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`)
    }
    this.#resync = this.#context.clock.setTimer(resyncIntervalMs, () => this.#addAll())
  }

  #consider({ type, key, object, previous }: Change): void {
    const { namespace, name } = key
    if (namespace === '') return
    if (key.resource === resource && type !== 'DELETED') {
      if (isUncounted(object)) this.#queue.add(`${namespace}/${name}`)
      return
    }
    if (type !== 'DELETED' && !mayUseLess(key.resource, object, previous)) return
    if (this.#context.storage.isEmpty({ resource, namespace })) return
    for (const { metadata } of this.#context.storage.list({ resource, namespace }).objects) {
      this.#queue.add(`${namespace}/${metadata.name ?? ''}`)
    }
  }

  async #count(item: string): Promise<void> {
    const [namespace = '', name = ''] = item.split('/')
    const { storage, registry, clock } = this.#context
    const stored = storage.get({ resource, namespace, name })
    const definition = registry.find('', 'v1', resource)
    if (stored === undefined || definition === undefined) return
    const quota = parseQuota(stored)
    const content = {
      definitions: registry.stored(),
      objectsOf: (each: ResourceDefinition) =>
        storage
          .list({ resource: each.storageResource, namespace })
          .objects.map((object) => toServed(each, object)),
    }
    const status = {
      hard: recordAt(recordAt(stored, 'spec'), 'hard'),
      used: resourceList(countUsage(quota, content, clock.now())),
    }
    if (deepEqual(recordAt(stored, 'status'), status)) return
    const { resourceVersion } = stored.metadata
    try {
      await changeObject(
        this.#context,
        { definition, namespace, name, subresource: 'status' },
        (current) => ({ ...current, metadata: { ...current.metadata, resourceVersion }, status }),
        { dryRun: false, fieldManager: manager, fieldValidation: 'Ignore', warn: () => {} },
        'track',
      )
    } catch (error) {
      if (isNotFound(error)) return
      // What has been admitted in between is counted with the next attempt.
      if (isConflict(error)) this.#queue.add(item)
      else this.#logger.warn({ error, namespace, quota: name }, 'the usage of a quota is not noted')
    }
  }
}

/** Whether what a quota limits is not what its status says. */
function isUncounted(quota: KubernetesObject): boolean {
  const { hard, used } = recordAt(quota, 'status')
  const wanted = recordAt(quota, 'spec')['hard']
  return hard === undefined || used === undefined || !deepEqual(hard, wanted)
}

/** Whether an update may have freed something: admission does not see that. */
function mayUseLess(
  changed: string,
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
): boolean {
  if (previous === undefined) return false
  if (changed === 'services' || changed === 'persistentvolumeclaims') {
    return !deepEqual(object['spec'], previous['spec'])
  }
  const phaseOf = (pod: KubernetesObject): string => textAt(recordAt(pod, 'status'), 'phase')
  return changed === 'pods' && phaseOf(object) !== phaseOf(previous)
}
